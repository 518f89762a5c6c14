import { encodePng } from "./encode_png.ts";

const WIDTH = 480;
const HEIGHT = 200;
/** Room for the labels, left and below, in pixels. */
const LEFT = 56;
const BELOW = 18;
const TOP = 12;
const RIGHT = 12;

/** Background, grid, area, line and text; the pixels are indexes of it. */
const PALETTE = [[255, 255, 255], [225, 225, 225], [198, 219, 239], [31, 119, 180], [70, 70, 70]];
const [GRID, AREA, LINE, TEXT] = [1, 2, 3, 4];

/** 3 × 5 pixels a character, a row an octal digit. */
const GLYPHS: Record<string, string> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71717",
  "4": "55711",
  "5": "74717",
  "6": "74757",
  "7": "71111",
  "8": "75757",
  "9": "75717",
  ".": "00002",
  s: "03216",
  M: "57755",
  B: "65656",
};

/** Draws resident memory over time as a PNG: `[seconds, mb]` pairs in the order of time. */
export function memoryChart(profile: [number, number][]): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT);
  const fill = (x: number, y: number, width: number, height: number, colour: number) => {
    for (let row = y; row < y + height; row++) {
      pixels.fill(colour, row * WIDTH + x, row * WIDTH + x + width);
    }
  };
  const write = (text: string, right: number, y: number) => {
    let x = right - text.length * 8;
    for (const letter of text) {
      [...GLYPHS[letter] ?? "00000"].forEach((octal, row) => {
        for (let bit = 0; bit < 3; bit++) {
          if (Number(octal) & (4 >> bit)) fill(x + bit * 2, y + row * 2, 2, 2, TEXT!);
        }
      });
      x += 8;
    }
  };
  const plotWidth = WIDTH - LEFT - RIGHT;
  const plotHeight = HEIGHT - TOP - BELOW;
  const bottom = TOP + plotHeight;
  const end = Math.max(profile.at(-1)?.[0] ?? 0, 1e-9);
  const most = Math.max(...profile.map(([, mb]) => mb), 1e-9);
  for (let part = 0; part <= 4; part++) {
    fill(LEFT, bottom - Math.round(plotHeight * part / 4), plotWidth, 1, GRID!);
  }
  let at = 0;
  let before: number | undefined;
  for (let column = 0; column < plotWidth; column++) {
    const seconds = end * column / (plotWidth - 1);
    while (at + 1 < profile.length && profile[at + 1]![0] <= seconds) at++;
    const y = bottom - Math.round(plotHeight * (profile[at]?.[1] ?? 0) / most);
    fill(LEFT + column, y, 1, bottom - y, AREA!);
    const [from, to] = [Math.min(y, before ?? y), Math.max(y, before ?? y)];
    fill(LEFT + column, from, 1, to - from + 2, LINE!);
    before = y;
  }
  write(`${short(most)}MB`, LEFT - 4, TOP - 4);
  write("0", LEFT - 4, bottom - 8);
  write(`${short(end)}s`, WIDTH - RIGHT, HEIGHT - 12);
  return encodePng(pixels, WIDTH, PALETTE);
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
