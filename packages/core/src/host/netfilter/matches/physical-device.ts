/**
 * `-m physdev` (`xt_physdev`): the ports of a bridge by which a frame came or goes. A packet that no bridge has touched
 * has none, and matches only what asks for their absence.
 */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { InterfaceTest } from "../interface-test.ts";
import { StatelessMatch } from "./match.ts";
import { readOption } from "./option.ts";

/** A condition that may be left out, hold, or hold negated. */
type Asked = boolean | null;

function readAsked(options: OptionValues, name: string): Asked {
  const reading = readOption(options, name);
  return reading === null ? null : !reading.inverted;
}

function readInterface(options: OptionValues, name: string): InterfaceTest | null {
  const reading = readOption(options, name);
  return reading === null ? null : new InterfaceTest(reading.value, reading.inverted);
}

export class PhysicalDeviceMatch extends StatelessMatch {
  private readonly environment: NetfilterEnvironment;
  private readonly input: InterfaceTest | null;
  private readonly output: InterfaceTest | null;
  private readonly isIn: Asked;
  private readonly isOut: Asked;
  private readonly isBridged: Asked;
  /** Whether all conditions are negated: then a packet without a bridge matches. */
  private readonly asksNothing: boolean;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    super();
    this.environment = environment;
    this.input = readInterface(options, "physdev-in");
    this.output = readInterface(options, "physdev-out");
    this.isIn = readAsked(options, "physdev-is-in");
    this.isOut = readAsked(options, "physdev-is-out");
    this.isBridged = readAsked(options, "physdev-is-bridged");
    this.asksNothing = Object.keys(options).every((name) => name.startsWith("! "));
  }

  matches(frame: Frame): boolean {
    const ports = this.environment.bridgePorts(frame);
    if (ports === null) return this.asksNothing;
    const { input, output } = ports;
    // which input is certain from the start, so that "is bridged" only asks for the output
    if (this.isBridged !== null && (output !== "") !== this.isBridged) return false;
    if (this.isIn !== null && (input !== "") !== this.isIn) return false;
    if (this.isOut !== null && (output !== "") !== this.isOut) return false;
    if (this.input !== null && input !== "" && !this.input.holdsName(input)) return false;
    // a port that is not known is none, negated or not
    return this.output === null || (output !== "" && this.output.holdsName(output));
  }
}
