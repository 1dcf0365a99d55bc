/** `-m quota` (`xt_quota`): matches until that many octets have come by; one packet too large ends it. */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import type { Match } from "./match.ts";
import { readOption } from "./option.ts";

export class QuotaMatch implements Match {
  private readonly octets: number;
  private readonly inverted: boolean;
  private left = 0;

  constructor(options: OptionValues) {
    const reading = readOption(options, "quota");
    this.octets = Number(reading?.value ?? "0");
    this.inverted = reading?.inverted ?? false;
    this.restart();
  }

  matches(frame: Frame): boolean {
    const fits = this.left >= frame.length;
    this.left = fits ? this.left - frame.length : 0;
    return fits !== this.inverted;
  }

  restart(): void {
    this.left = this.octets;
  }
}
