/** `-m tcpmss` (`xt_tcpmss`): the maximum segment size that a SYN announces; without the option only a negation matches. */
import type { Frame } from "../../../packet/frame.ts";
import { FragmentField } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import { StatelessMatch } from "./match.ts";
import { readOption, readRange } from "./option.ts";

export class SegmentSizeMatch extends StatelessMatch {
  private readonly from: number;
  private readonly to: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "mss");
    [this.from, this.to] = readRange(reading?.value ?? "0:65535", ":");
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    if ((frame.fragment & FragmentField.offsetMask) !== 0) return false;
    const size = frame.synOptions === null ? 0 : frame.synOptions.maximumSegmentSize;
    return (size !== 0 && size >= this.from && size <= this.to) !== this.inverted;
  }
}
