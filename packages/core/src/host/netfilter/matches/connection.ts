/** Conditions on the connection of a packet: `-m conntrack` (`xt_conntrack`), `-m state` and `-m connmark`. */
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import { JIFFIES_PER_SECOND } from "../../conntrack/protocol.ts";
import {
  ConnectionStatus,
  type TrackedConnection,
  type TrackedPacket,
} from "../../conntrack/tracked-connection.ts";
import { Way, wayOf } from "../../conntrack/way.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { StatelessMatch } from "./match.ts";
import { readAddress, readMasked, readNumber, readOption, readRange } from "./option.ts";

/** Bits for the words of `--ctstate`; SNAT and DNAT come beside a state. */
const State = {
  INVALID: 1,
  ESTABLISHED: 2,
  RELATED: 4,
  NEW: 8,
  UNTRACKED: 16,
  SNAT: 32,
  DNAT: 64,
} as const;

/** By `PacketInfo`. */
const STATES_BY_INFO: readonly number[] = [
  State.ESTABLISHED,
  State.RELATED,
  State.NEW,
  State.ESTABLISHED,
  State.RELATED,
];

function stateOf(frame: Frame): number {
  const view = frame.conntrack as TrackedPacket | null;
  if (view === null) return frame.untracked ? State.UNTRACKED : State.INVALID;
  return STATES_BY_INFO[view.info] as number;
}

function stateWithNat(frame: Frame): number {
  const view = frame.conntrack as TrackedPacket | null;
  const state = stateOf(frame);
  if (view === null) return state;
  const { connection } = view;
  return (
    state |
    (connection.has(ConnectionStatus.sourceNat) ? State.SNAT : 0) |
    (connection.has(ConnectionStatus.destinationNat) ? State.DNAT : 0)
  );
}

const bitsOf = (words: string, bits: Readonly<Record<string, number>>): number =>
  words.split(",").reduce((sum, word) => sum | (bits[word] ?? 0), 0);

/** `-m state`. */
export class StateMatch extends StatelessMatch {
  private readonly states: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "state");
    this.states = bitsOf(reading?.value ?? "", State);
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    return ((this.states & stateWithNat(frame)) !== 0) !== this.inverted;
  }
}

/** `-m connmark`. */
export class ConnectionMarkMatch extends StatelessMatch {
  private readonly mark: number;
  private readonly mask: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues) {
    super();
    const reading = readOption(options, "mark");
    [this.mark, this.mask] = readMasked(reading?.value ?? "0/0");
    this.inverted = reading?.inverted ?? false;
  }

  matches(frame: Frame): boolean {
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return false;
    return ((view.connection.mark & this.mask) === this.mark) !== this.inverted;
  }
}

const STATUS_BITS: Readonly<Record<string, number>> = {
  EXPECTED: ConnectionStatus.expected,
  SEEN_REPLY: ConnectionStatus.seenReply,
  ASSURED: ConnectionStatus.assured,
  CONFIRMED: ConnectionStatus.confirmed,
};

/** A condition on what a connection is, whichever of its packets comes. */
interface ConnectionTest {
  holds(connection: TrackedConnection, way: Way): boolean;
}

class AddressTest implements ConnectionTest {
  private readonly address: Ipv4Address;
  private readonly mask: Ipv4Address;
  private readonly way: Way;
  private readonly ofSource: boolean;

  constructor(text: string, way: Way, ofSource: boolean) {
    const [address = "", length] = text.split("/");
    this.mask =
      length === undefined
        ? prefixMask(32)
        : length.includes(".")
          ? readAddress(length)
          : prefixMask(readNumber(length));
    this.address = (readAddress(address) & this.mask) as Ipv4Address;
    this.way = way;
    this.ofSource = ofSource;
  }

  holds(connection: TrackedConnection): boolean {
    const { source, destination } = connection.tuple(this.way);
    return ((this.ofSource ? source : destination) & this.mask) === this.address;
  }
}

class PortTest implements ConnectionTest {
  private readonly from: number;
  private readonly to: number;
  private readonly way: Way;
  private readonly ofSource: boolean;

  constructor(text: string, way: Way, ofSource: boolean) {
    const [from, to] = readRange(text, ":");
    this.from = from;
    this.to = to;
    this.way = way;
    this.ofSource = ofSource;
  }

  holds(connection: TrackedConnection): boolean {
    const { sourcePort, destinationPort } = connection.tuple(this.way);
    const port = this.ofSource ? sourcePort : destinationPort;
    return port >= this.from && port <= this.to;
  }
}

class Inverted implements ConnectionTest {
  private readonly test: ConnectionTest;

  constructor(test: ConnectionTest) {
    this.test = test;
  }

  holds(connection: TrackedConnection, way: Way): boolean {
    return !this.test.holds(connection, way);
  }
}

/** The words of `--ctproto` that iptables leaves as they are. */
const protocolTest = (text: string): ConnectionTest => {
  const protocol = readNumber(text);
  return { holds: ({ original }) => original.protocol === protocol };
};

const statusTest = (text: string): ConnectionTest => {
  const bits = bitsOf(text, STATUS_BITS);
  return { holds: ({ status }) => (status & bits) !== 0 };
};

const directionTest = (text: string): ConnectionTest => {
  const wanted = text === "REPLY" ? Way.reply : Way.original;
  return { holds: (_connection, way) => way === wanted };
};

const expiryTest = (text: string, environment: NetfilterEnvironment): ConnectionTest => {
  const [from, to] = readRange(text, ":");
  return {
    holds({ timeout, status }) {
      const { jiffies } = environment.tracking.engine.timers;
      const left = (status & ConnectionStatus.confirmed) === 0 ? timeout : timeout - jiffies;
      const seconds = Math.max(0, Math.floor(left / JIFFIES_PER_SECOND));
      return seconds >= from && seconds <= to;
    },
  };
};

type Maker = (text: string, environment: NetfilterEnvironment) => ConnectionTest;

const MAKERS: readonly (readonly [option: string, make: Maker])[] = [
  ["ctproto", protocolTest],
  ["ctorigsrc", (text) => new AddressTest(text, Way.original, true)],
  ["ctorigdst", (text) => new AddressTest(text, Way.original, false)],
  ["ctreplsrc", (text) => new AddressTest(text, Way.reply, true)],
  ["ctrepldst", (text) => new AddressTest(text, Way.reply, false)],
  ["ctorigsrcport", (text) => new PortTest(text, Way.original, true)],
  ["ctorigdstport", (text) => new PortTest(text, Way.original, false)],
  ["ctreplsrcport", (text) => new PortTest(text, Way.reply, true)],
  ["ctrepldstport", (text) => new PortTest(text, Way.reply, false)],
  ["ctstatus", statusTest],
  ["ctexpire", expiryTest],
  ["ctdir", directionTest],
];

/** `-m conntrack`: a packet without a connection passes when nothing but its state is asked for, whatever else is. */
export class ConntrackMatch extends StatelessMatch {
  /** `State` bits; 0 when no state is asked for. */
  private readonly states: number;
  private readonly statesInverted: boolean;
  private readonly tests: ConnectionTest[] = [];

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    super();
    const states = readOption(options, "ctstate");
    this.states = states === null ? 0 : bitsOf(states.value, State);
    this.statesInverted = states?.inverted ?? false;
    for (const [option, make] of MAKERS) {
      const reading = readOption(options, option);
      if (reading === null) continue;
      const test = make(reading.value, environment);
      this.tests.push(reading.inverted ? new Inverted(test) : test);
    }
  }

  matches(frame: Frame): boolean {
    if (this.states !== 0) {
      const holds = (this.states & stateWithNat(frame)) !== 0;
      if (holds === this.statesInverted) return false;
    }
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return this.states !== 0;
    const way = wayOf(view.info);
    const { tests } = this;
    for (let i = 0; i < tests.length; i++)
      if (!(tests[i] as ConnectionTest).holds(view.connection, way)) return false;
    return true;
  }
}
