/**
 * Which packets may go a way that is remembered (input-ways.ts, ipvs/fast-path.ts). As in the kernel's flow tables a way
 * counts until anything changes that it was decided by, and a packet that needs a decision of its own goes the whole way.
 */
import type { Frame } from "../../packet/frame.ts";
import { FragmentField } from "../../packet/protocol.ts";

/** What `frame.fragment` has of a fragment only. */
export const PART_OF_ANOTHER = ~FragmentField.dontFragment;

/** A packet as most are: whole, undamaged, and with nothing in its IPv4 header that asks for a decision. */
export const isPlain = (frame: Frame): boolean =>
  frame.extras === null && (frame.fragment & PART_OF_ANOTHER) === 0;
