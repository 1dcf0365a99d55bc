/**
 * Predict, then reveal: questions about a run that has been played, with their answers and the event that proves each. The
 * wrong options come from the same lab: other machines, addresses, points, interfaces, reasons. One seed asks the same.
 */
import {
  createRng,
  type DropReason,
  EtherType,
  formatIpv4Address,
  formatMacAddress,
  HookPoint,
  type Ipv4Address,
  type Rng,
} from "@lvsim/core";
import { QUESTION_KINDS, type QuestionKind } from "../lab-file/step-schema.ts";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { exchangeOf } from "../views/exchange.ts";
import { hookName, packetKind } from "../views/packet-text.ts";
import type { Language } from "../views/styled.ts";
import { Owners, type Station, stationsOf } from "./stations.ts";
import { type LearningText, tell } from "./words.ts";

type Values = Readonly<Record<string, string | number>>;
interface Said {
  readonly key: LearningText;
  readonly values: Values;
}

export interface Question {
  readonly kind: QuestionKind;
  /** Sentences of the question, in order. */
  readonly ask: readonly Said[];
  /** What may be answered; a key of the words where it is a sentence. */
  readonly options: readonly string[];
  /** Number of the right option. */
  readonly answer: number;
  /** Number of the trace event that proves it. */
  readonly proof: number;
}

const OPTIONS_MAX = 4;
/** Characters of a command in a question. */
const COMMAND_MAX = 60;
/** What may also happen to a packet, for whoever does not know why it ended. */
const COMMON_REASONS: readonly DropReason[] = [
  "ip-reverse-path-filter",
  "ip-forwarding-off",
  "ip-martian-source",
  "tcp-no-socket",
  "netfilter-drop",
  "neighbour-failed",
  "ip-no-route",
  "ip-too-big",
  "ipvs-no-destination",
];

/** One question of each kind that the run has something for. */
export function questionsOf(
  run: LabRun,
  seed: string,
  kinds: readonly QuestionKind[] = QUESTION_KINDS,
): Question[] {
  const rng = createRng(`questions ${seed}`);
  const asker = new Asker(run);
  return kinds.flatMap((kind) => asker.ask(kind, rng.stream(kind)) ?? []);
}

export const questionText = ({ ask }: Question, language: Language): string =>
  ask.map(({ key, values }) => tell(language, key, values)).join(language === "zh" ? "" : " ");

/** An option as people read it. */
export const optionText = (option: string, language: Language): string =>
  option === NOBODY ? tell(language, "nobodyTakes") : option;

const NOBODY = "";
const TUNNEL = "tunl0";

interface Asked {
  readonly request: RequestRun;
  /** From 1. */
  readonly number: number;
  readonly forth: readonly Station[];
  readonly back: readonly Station[];
  readonly all: readonly Station[];
}

/** What a question is made from, before its options are mixed. */
interface Draft {
  readonly ask: readonly Said[];
  readonly right: string;
  readonly others: readonly string[];
  readonly proof: number;
}

class Asker {
  private readonly run: LabRun;
  private readonly owners: Owners;
  private readonly asked: readonly Asked[];

  constructor(run: LabRun) {
    this.run = run;
    this.owners = new Owners(run);
    this.asked = run.requests.flatMap((request, i) => {
      if (request.frame === 0) return [];
      const { request: forth, reply, rest } = exchangeOf(run, request);
      const of = (frames: Iterable<number>): Station[] =>
        stationsOf(run.frames, new Set(frames), this.owners);
      const all = of([...forth, ...reply, ...rest]);
      return [{ request, number: i + 1, forth: of(forth), back: of(reply), all }];
    });
  }

  ask(kind: QuestionKind, rng: Rng): Question | null {
    const drafts = this.asked.flatMap((one) => this.drafts(kind, one));
    const draft = drafts[rng.below(Math.max(drafts.length, 1))];
    if (draft === undefined) return null;
    const { ask, right, proof } = draft;
    const others = mixed(
      [...new Set(draft.others)].filter((other) => other !== right),
      rng,
    );
    const options = mixed([right, ...others.slice(0, OPTIONS_MAX - 1)], rng);
    return others.length === 0
      ? null
      : { kind, ask, options, answer: options.indexOf(right), proof };
  }

  private drafts(kind: QuestionKind, asked: Asked): Draft[] {
    switch (kind) {
      case "mac":
      case "destination":
      case "ttl":
        return this.onCables(kind, asked);
      case "source":
        return this.sources(asked);
      case "server":
        return this.servers(asked);
      case "point":
        return this.points(asked);
      case "interface":
        return this.interfaces(asked);
      case "where":
      case "reason":
        return this.ends(kind, asked);
    }
  }

  /** About a frame between two machines: the first hop of a request teaches nobody anything, the director's does. */
  private onCables(
    kind: "mac" | "destination" | "ttl",
    { request, number, forth }: Asked,
  ): Draft[] {
    const sent = forth.filter((station) => station.kind === "sent" && station.device !== "lo");
    const later = sent.filter(({ host }) => host !== request.from);
    return (later.length > 0 ? later : sent).flatMap((station): Draft[] => {
      if (station.kind !== "sent" || station.to === "") return [];
      const { header, host } = station;
      const packet = packetKind(header);
      const where = this.said("onCable", request, number, { host, packet });
      const address = (of: number): string => formatIpv4Address(of as Ipv4Address);
      if (kind === "mac")
        return [
          {
            ask: [where, { key: "askMac", values: {} }],
            right: this.macText(header.destinationMac),
            others: this.macs(),
            proof: station.index,
          },
        ];
      if (kind === "ttl")
        return [
          {
            ask: [where, { key: "askTtl", values: {} }],
            right: String(header.ttl),
            others: [header.ttl + 1, header.ttl - 1, header.ttl - 2, 255].map(String),
            proof: station.index,
          },
        ];
      return [
        {
          ask: [where, { key: "askDestination", values: {} }],
          right: address(header.destination),
          others: this.addresses(),
          proof: station.index,
        },
      ];
    });
  }

  private sources({ request, number, back }: Asked): Draft[] {
    const last = back.filter(({ kind }) => kind === "sent").at(-1);
    if (last?.kind !== "sent" || last.to !== request.from) return [];
    return [
      {
        ask: [this.said("askSource", request, number, { client: request.from })],
        right: formatIpv4Address(last.header.source as Ipv4Address),
        others: this.addresses(),
        proof: last.index,
      },
    ];
  }

  private servers({ request, number, forth }: Asked): Draft[] {
    const taken = forth.find(({ kind }) => kind === "delivered") ?? forth.at(-1);
    const clients = new Set(this.run.requests.map(({ from }) => from));
    const hosts = [...this.owners.hosts].filter((host) => !clients.has(host));
    if (taken === undefined || hosts.length < 2) return [];
    return [
      {
        ask: [this.said("askServer", request, number, { client: request.from })],
        right: request.server ?? NOBODY,
        others: [...hosts, NOBODY],
        proof: taken.index,
      },
    ];
  }

  private points({ request, number, forth, back }: Asked): Draft[] {
    const names = Object.values(HookPoint).map(hookName);
    return [forth, back].flatMap((way) =>
      way.flatMap((station, i): Draft[] => {
        const before = way[i - 1];
        if (station.kind !== "point" || before === undefined) return [];
        // IPVS's choice stands between two points
        const passed = way
          .slice(0, i)
          .reverse()
          .find(({ kind, host }) => kind === "point" && host === station.host);
        if (passed?.kind !== "point" || way.slice(way.indexOf(passed), i).some(isDeparture))
          return [];
        if (passed.point === HookPoint.localOut) return [];
        const values = {
          host: station.host,
          before: hookName(passed.point),
          packet: this.packetOf(station),
        };
        return [
          {
            ask: [this.said("askPoint", request, number, values)],
            right: hookName(station.point),
            others: names.filter((name) => name !== hookName(passed.point)),
            proof: station.index,
          },
        ];
      }),
    );
  }

  private interfaces({ request, number, back }: Asked): Draft[] {
    const first = back.find(({ kind }) => kind === "sent");
    if (first?.kind !== "sent") return [];
    const devices = this.run.hosts.find(({ name }) => name === first.host)?.after.devices ?? [];
    return [
      {
        ask: [this.said("askInterface", request, number, { host: first.host })],
        right: first.device,
        // the devices that tunnels' modules bring along mislead nobody
        others: devices
          .filter(
            ({ kind, addresses, name }) =>
              kind === "ethernet" || kind === "loopback" || addresses.length > 0 || name === TUNNEL,
          )
          .map(({ name }) => name),
        proof: first.index,
      },
    ];
  }

  private ends(kind: "where" | "reason", { request, number, all }: Asked): Draft[] {
    return all.flatMap((station): Draft[] => {
      if (station.kind !== "dropped") return [];
      const { host, reason, index } = station;
      return kind === "where"
        ? [
            {
              ask: [this.said("askWhere", request, number, {})],
              right: host,
              others: [...this.owners.hosts],
              proof: index,
            },
          ]
        : [
            {
              ask: [this.said("askReason", request, number, { host })],
              right: reason,
              others: COMMON_REASONS,
              proof: index,
            },
          ];
    });
  }

  private said(key: LearningText, request: RequestRun, number: number, values: Values): Said {
    const { command } = request;
    const shown = command.length > COMMAND_MAX ? `${command.slice(0, COMMAND_MAX)}…` : command;
    return { key, values: { request: number, command: shown, ...values } };
  }

  private packetOf({ frame }: Station): string {
    for (const event of this.run.frames.story(frame))
      if ("header" in event && event.header.etherType === EtherType.ipv4)
        return packetKind(event.header);
    return "";
  }

  /** `rs1 eth0 02:00:00:00:04:00` for every device with a cable. */
  private macs(): string[] {
    return this.run.hosts.flatMap(({ name, after }) =>
      after.devices
        .filter(({ kind }) => kind === "ethernet")
        .map((device) => `${name} ${device.name} ${formatMacAddress(device.mac)}`),
    );
  }

  private macText(mac: Parameters<typeof formatMacAddress>[0]): string {
    const text = formatMacAddress(mac);
    return this.macs().find((known) => known.endsWith(text)) ?? text;
  }

  private addresses(): string[] {
    return this.run.hosts.flatMap(({ after }) =>
      after.devices
        .filter(({ kind }) => kind !== "loopback")
        .flatMap(({ addresses }) => addresses.map(({ local }) => formatIpv4Address(local))),
    );
  }
}

const isDeparture = ({ kind }: Station): boolean => kind === "sent";

/** The same in another order. */
function mixed<T>(items: readonly T[], rng: Rng): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(rng.below(left.length), 1));
}
