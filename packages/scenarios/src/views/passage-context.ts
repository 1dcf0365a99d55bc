/** One packet's passage through one host, with what the parts of a walk need to tell of it. */
import type { FrameHeader } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import type { Names } from "./names.ts";
import type { Passage } from "./passage.ts";
import type { Page } from "./styled.ts";
import type { Side, WalkRow } from "./walk-row.ts";

/** A passage with what came before it: the packet inside, for a tunnel packet that this host made. */
export interface PassageContext {
  readonly run: LabRun;
  readonly names: Names;
  readonly page: Page;
  readonly side: Side;
  readonly passage: Passage;
  /** The header that entered the host, of this frame or of the one that it carries; null for a packet of its own. */
  readonly entered: FrameHeader | null;
  /** The header that left it; null when it stayed. */
  readonly left: FrameHeader | null;
  /** The ARP that it took to leave, in words. */
  readonly arp: readonly string[];
  /** Whether the walk begins with it: then the packet is introduced before anything happens to it. */
  readonly opens: boolean;
}

/** What a row says; the rest is the same for a whole passage. */
export type Part = Pick<WalkRow, "what" | "effects" | "points"> & Partial<WalkRow>;
