import { readSavedScript } from "../../runs/scripts/saved_scripts.ts";
import { decoded, type ResourceFamily } from "./define_resource.ts";

export const SAVED_SCRIPT: ResourceFamily = {
  name: "script",
  title: "A saved script",
  uriTemplate: "script://{name}",
  description: "The source of a script kept by py_save_script.",
  mimeType: "text/x-python",
  read(uri, app) {
    const text = readSavedScript(app, decoded(uri.host));
    return Promise.resolve(
      text === undefined ? undefined : { uri: uri.href, mimeType: "text/x-python", text },
    );
  },
};
