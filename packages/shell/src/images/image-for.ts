/** Images by name. */
import type { Image, ImageName } from "./image.ts";

export function imageFor(name: ImageName): Image {
  throw new Error(name);
}
