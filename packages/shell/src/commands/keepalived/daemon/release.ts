/** What a distribution's keepalived calls itself. */
import type { Kernel } from "../../../kernel/kernel.ts";

export interface Release {
  readonly banner: string;
  /** 1.3.5, with words of its own. */
  readonly old: boolean;
}

const DEBIAN: Release = { banner: "Keepalived v2.2.7 (01/16,2022)", old: false };
const CENTOS: Release = {
  banner: "Keepalived v1.3.5 (03/19,2017), git commit v1.3.5-6-g6fa32f2",
  old: true,
};

export const releaseOf = ({ system }: Kernel): Release =>
  system.distribution.id === "centos" ? CENTOS : DEBIAN;

export const versionText = ({ banner }: Release): string =>
  `${banner}\n\nCopyright(C) 2001-${banner.includes("2.2.7") ? "2022" : "2017"} Alexandre Cassen, <acassen@gmail.com>\n`;
