/** Makes one picture smaller; see `scale_picture.ts`, which starts it as a worker. */
import { imageSize } from "image-size";
import { PhotonImage, resize, SamplingFilter } from "@silvia-odwyer/photon-node";

export interface ScaleRequest {
  bytes: Uint8Array;
  mostBytes: number;
}

export interface ScaleAnswer {
  bytes: Uint8Array;
  mimeType: "image/png" | "image/jpeg";
}

/** A few kilobytes can claim to be a picture of gigabytes. */
const MOST_PIXELS = 50_000_000;
const SMALLEST_SIDE = 32;
const TRIES = 5;
const JPEG_QUALITY = 80;

/** `self` of a worker; Deno's own types are those of a window. */
const worker = self as unknown as {
  onmessage: (event: MessageEvent<ScaleRequest>) => void;
  postMessage(answer: ScaleAnswer | null): void;
};
worker.onmessage = ({ data }) => {
  try {
    worker.postMessage(scale(data));
  } catch {
    worker.postMessage(null); // It is damaged, or no picture.
  }
};

function scale({ bytes, mostBytes }: ScaleRequest): ScaleAnswer | null {
  const { width, height, type } = imageSize(bytes);
  if (width * height > MOST_PIXELS) return null;
  const picture = PhotonImage.new_from_byteslice(bytes);
  let factor = Math.min(1, Math.sqrt(mostBytes / bytes.length));
  for (let tried = 0; tried < TRIES; tried++) {
    const [newWidth, newHeight] = [Math.round(width * factor), Math.round(height * factor)];
    if (Math.min(newWidth, newHeight) < SMALLEST_SIDE) return null;
    const smaller = resize(picture, newWidth, newHeight, SamplingFilter.Lanczos3);
    const isPhotograph = type === "jpg";
    const made = isPhotograph ? smaller.get_bytes_jpeg(JPEG_QUALITY) : smaller.get_bytes();
    smaller.free();
    if (made.length <= mostBytes) {
      return { bytes: made, mimeType: isPhotograph ? "image/jpeg" : "image/png" };
    }
    factor *= Math.min(0.9, 0.95 * Math.sqrt(mostBytes / made.length));
  }
  return null;
}
