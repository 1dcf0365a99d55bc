/** The images of lvsim's machines, and how a machine is installed from one. */
export type { ImageName } from "./image.ts";
export { imageFor } from "./image-for.ts";
export { createSystemState, installImage } from "./install-image.ts";
