/** Images by name. */
import { CENTOS_7 } from "./centos-7.ts";
import { DEBIAN_12 } from "./debian-12.ts";
import type { Image, ImageName } from "./image.ts";

const IMAGES: Readonly<Record<ImageName, Image>> = { "debian-12": DEBIAN_12, "centos-7": CENTOS_7 };

export const imageFor = (name: ImageName): Image => IMAGES[name];
