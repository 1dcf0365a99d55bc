/** A compiled condition of a rule (`struct xt_match`). */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";

export interface Match {
  matches(frame: Frame, input: NetDevice | null, output: NetDevice | null): boolean;
  /** Forgets what it remembers between packets: the table was replaced. */
  restart(): void;
}

/** A condition that remembers nothing. */
export abstract class StatelessMatch implements Match {
  abstract matches(frame: Frame, input: NetDevice | null, output: NetDevice | null): boolean;

  restart(): void {
    // nothing to forget
  }
}
