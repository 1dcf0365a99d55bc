/** `virtual_server`, `virtual_server_group` and the fork's `local_address_group`. Read and without effect: SSL's files, mail. */
import {
  type Duration,
  type ForwardingMethod,
  type Ipv4Address,
  parseIpv4Address,
} from "@lvsim/core";
import { checkerEntries } from "./checker-keywords.ts";
import { newServer, newService } from "./defaults.ts";
import {
  count,
  type Entry,
  ignoredKeywords,
  last,
  type Run,
  run,
  scriptOf,
  timer,
  word,
} from "./entries.ts";
import type {
  GroupEntry,
  KeepalivedConfig,
  RealServerDefinition,
  ServerEnd,
  ServiceTarget,
  VirtualServerConfig,
} from "./model.ts";
import type { ConfigReader, Keyword } from "./reader.ts";
import { parseRange, readNumber, readSwitch } from "./values.ts";

const METHODS: ReadonlyMap<string, ForwardingMethod> = new Map([
  ["NAT", "masquerading"],
  ["DR", "direct-routing"],
  ["TUN", "tunnelling"],
  ["FNAT", "full-nat"],
]);

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["TCP", 6],
  ["UDP", 17],
  ["SCTP", 132],
]);

const FLAGS: ReadonlyMap<string, number> = new Map([
  ["flag-1", 8],
  ["flag-2", 16],
  ["flag-3", 32],
  ["sh-fallback", 8],
  ["sh-port", 16],
  ["mh-fallback", 8],
  ["mh-port", 16],
]);

const DEFAULT_PERSISTENCE = 360;

export function checkKeywords(config: KeepalivedConfig): Entry[] {
  return [
    ["virtual_server", virtualServer(config)],
    ["virtual_server_group", { run: (words, reader) => readGroup(config, words, reader) }],
    ["local_address_group", { run: (words, reader) => readLocalAddresses(config, words, reader) }],
    ["SSL", { sub: new Map(ignoredKeywords("password ca certificate key")) }],
  ];
}

/** An address and a port as two words; null, with a complaint, for anything else. */
function readEnd(reader: ConfigReader, words: readonly string[], what: string): ServerEnd | null {
  const typed = reader.word(words, 1);
  const address = parseIpv4Address(typed);
  const portText = words[2]?.replace(/\{$/, "") ?? "0";
  const port = /^\d+$/.test(portText) ? Number(portText) : -1;
  if (address === undefined) reader.report(`Invalid ${what} ip address ${typed} - skipping`);
  else if (port < 0 || port > 65_535)
    reader.report(`Invalid port number ${portText} for ${what} ${typed} - skipping`);
  else return { address, port };
  return null;
}

function targetOf(reader: ConfigReader, words: readonly string[]): ServiceTarget | null {
  const kind = reader.word(words, 1);
  if (kind === "group") return { kind, name: reader.word(words, 2) };
  if (kind === "fwmark") {
    const mark = readNumber(reader, words, 2, 1, 0xffffffff);
    return mark === null ? null : { kind, mark };
  }
  const end = readEnd(reader, words, "virtual server");
  return end === null ? null : { kind: "address", ...end };
}

function virtualServer(config: KeepalivedConfig): Keyword {
  const service = () => last(config.services);
  return {
    run: (words, reader) => {
      config.hasServices = true;
      const target = targetOf(reader, words);
      if (target === null) return reader.skipBlock();
      config.services.push(newService(target, reader.place));
    },
    sub: new Map<string, Keyword>([
      ...ignoredKeywords("ip_family smtp_alert hashed vip_bind_dev "),
      ...balancingEntries(service),
      ...timingEntries(service),
      ...quorumEntries(service),
      ...sorryEntries(service),
      ["real_server", realServer(service)],
    ]),
  };
}

function balancingEntries(service: () => VirtualServerConfig): Entry[] {
  const scheduler: Run = (words, reader) => {
    service().scheduler = reader.word(words, 1);
  };
  const method: Run = (words, reader) => {
    const typed = reader.word(words, 1);
    const found = METHODS.get(typed);
    if (found === undefined) reader.report(`PARSER : unknown [${typed}] routing method.`);
    else service().forwarding = found;
  };
  const flag: Run = ([word = ""]) => {
    service().schedulerFlags |= FLAGS.get(word) ?? 0;
  };
  return [
    run("lb_algo", scheduler),
    run("lvs_sched", scheduler),
    run("lb_kind", method),
    run("lvs_method", method),
    ...Array.from(FLAGS.keys(), (word) => run(word, flag)),
    run("ops", () => {
      service().onePacket = true;
    }),
    run("protocol", (words, reader) => {
      const typed = reader.word(words, 1);
      const protocol = PROTOCOLS.get(typed.toUpperCase());
      if (protocol === undefined) reader.report(`Unknown protocol ${typed} - ignoring`);
      else service().protocol = protocol;
    }),
    run("persistence_timeout", (words, reader) => {
      const value =
        words[1] === undefined ? DEFAULT_PERSISTENCE : readNumber(reader, words, 1, 1, 2678400);
      if (value !== null) service().persistenceTimeout = value;
    }),
    run("persistence_granularity", (words, reader) => {
      const mask = parseIpv4Address(reader.word(words, 1));
      if (mask === undefined)
        return reader.report(`Invalid IPv4 persistence_granularity specified - ${words[1]}`);
      if ((~mask & (~mask + 1)) !== 0)
        return reader.report(`IPv4 persistence_granularity netmask is not solid - ${words[1]}`);
      service().persistenceNetmask = mask;
      if (service().persistenceTimeout === 0) service().persistenceTimeout = DEFAULT_PERSISTENCE;
    }),
    word("persistence_engine", (value) => {
      service().persistenceEngine = value;
    }),
    word("laddr_group_name", (value) => {
      service().localAddressGroup = value;
    }),
    run("syn_proxy", () => {
      service().synProxy = true;
    }),
    word("virtualhost", (value) => {
      service().virtualHost = value;
    }),
    run("ha_suspend", () => {
      service().haSuspend = true;
    }),
  ];
}

/** Times and counts that a service, a real server or a checker may name; a checker's default is its server's, and so on. */
interface Timed {
  retry: number | null;
  delayBeforeRetry: Duration | null;
  delayLoop: Duration | null;
  warmup: Duration | null;
  connectTimeout: Duration | null;
}

function timedEntries(
  current: () =>
    | Timed
    | (Omit<Timed, "delayLoop" | "connectTimeout"> & {
        delayLoop: Duration;
        connectTimeout: Duration;
      }),
): Entry[] {
  return [
    run("retry", (words, reader) => {
      const value = readNumber(reader, words, 1, 0, 0xffffffff);
      if (value !== null) current().retry = value;
    }),
    timer("delay_before_retry", (value) => {
      current().delayBeforeRetry = value;
    }),
    timer("delay_loop", (value) => {
      current().delayLoop = value;
    }),
    timer("warmup", (value) => {
      current().warmup = value;
    }),
    timer("connect_timeout", (value) => {
      current().connectTimeout = value;
    }),
  ];
}

const timingEntries = (service: () => VirtualServerConfig): Entry[] => timedEntries(service);

function quorumEntries(service: () => VirtualServerConfig): Entry[] {
  const flag = (word: string, set: (value: boolean) => void): Entry =>
    run(word, (words) => set(readSwitch(words) ?? true));
  const whole = (name: string, min: number, set: (value: number) => void): Entry =>
    count(name, min, 0x7fffffff, set);
  return [
    flag("alpha", (value) => {
      service().alpha = value;
    }),
    flag("omega", (value) => {
      service().omega = value;
    }),
    flag("inhibit_on_failure", (value) => {
      service().inhibit = value;
    }),
    whole("weight", 0, (value) => {
      service().weight = value;
    }),
    whole("quorum", 1, (value) => {
      service().quorum = value;
    }),
    whole("hysteresis", 0, (value) => {
      service().hysteresis = value;
    }),
    run("quorum_up", (_words, reader) => {
      service().quorumUp = scriptOf(reader);
    }),
    run("quorum_down", (_words, reader) => {
      service().quorumDown = scriptOf(reader);
    }),
  ];
}

function sorryEntries(service: () => VirtualServerConfig): Entry[] {
  return [
    run("sorry_server", (words, reader) => {
      const end = readEnd(reader, words, "sorry server");
      if (end !== null)
        service().sorry = { ...end, place: reader.place, inhibit: false, forwarding: null };
    }),
    run("sorry_server_inhibit", (_words, reader) => {
      const { sorry } = service();
      if (sorry === null)
        reader.report("Ignoring sorry_server inhibit used before or without sorry_server");
      else sorry.inhibit = true;
    }),
    run("sorry_server_lvs_method", (words, reader) => {
      const { sorry } = service();
      if (sorry === null) reader.report("sorry_server forwarding used without sorry_server");
      else sorry.forwarding = METHODS.get(reader.word(words, 1)) ?? null;
    }),
  ];
}

function realServer(service: () => VirtualServerConfig): Keyword {
  const server = (): RealServerDefinition => last(service().servers);
  const threshold = (name: string, set: (value: number) => void): Entry =>
    count(name, 0, 0x7fffffff, set);
  return {
    run: (words, reader) => {
      const end = readEnd(reader, words, "real server");
      if (end === null) return reader.skipBlock();
      service().servers.push(newServer(end, reader.place));
    },
    sub: new Map<string, Keyword>([
      ...ignoredKeywords("smtp_alert virtualhost snmp_name"),
      ...timedEntries(server),
      run("weight", (words, reader) => {
        const value = readNumber(reader, words, 1, 0, 65535);
        if (value !== null) server().weight = value;
      }),
      run("lvs_method", (words, reader) => {
        const typed = reader.word(words, 1);
        const found = METHODS.get(typed);
        if (found === undefined)
          reader.report(`PARSER : unknown [${typed}] routing method for real server.`);
        else server().forwarding = found;
      }),
      threshold("uthreshold", (value) => {
        server().upperThreshold = value;
      }),
      threshold("lthreshold", (value) => {
        server().lowerThreshold = value;
      }),
      run("inhibit_on_failure", (words) => {
        server().inhibit = readSwitch(words) ?? true;
      }),
      run("alpha", (words) => {
        server().alpha = readSwitch(words) ?? true;
      }),
      run("notify_up", (_words, reader) => {
        server().notifyUp = scriptOf(reader);
      }),
      run("notify_down", (_words, reader) => {
        server().notifyDown = scriptOf(reader);
      }),
      ...checkerEntries(server, timedEntries),
    ]),
  };
}

function readGroup(config: KeepalivedConfig, words: readonly string[], reader: ConfigReader): void {
  const name = reader.word(words, 1);
  const entries: GroupEntry[] = [];
  reader.block((values) => {
    const [typed = "", second = ""] = values;
    if (typed === "fwmark") {
      const mark = Number(second);
      if (Number.isInteger(mark) && mark > 0) entries.push({ kind: "fwmark", mark });
      else reader.report(`(${name}): fwmark '${second}' must be in [1, 4294967295] - ignoring`);
      return;
    }
    const range = parseRange(typed);
    const port = second === "" ? 0 : Number(second);
    if (range === undefined)
      reader.report(`Invalid virtual server group IP address ${typed} - skipping`);
    else if (!Number.isInteger(port) || port < 0 || port > 65_535)
      reader.report(`Invalid virtual server group port number ${second} - skipping`);
    else entries.push({ kind: "addresses", ...range, port });
  });
  if (entries.length === 0) reader.report(`virtual server group ${name} has no entries - removing`);
  else config.serviceGroups.set(name, entries);
}

/** More than these are told of and left away. */
const LOCAL_ADDRESSES_MAX = 1024;

function readLocalAddresses(
  config: KeepalivedConfig,
  words: readonly string[],
  reader: ConfigReader,
): void {
  const name = reader.word(words, 1);
  const addresses: Ipv4Address[] = [];
  const { place } = reader;
  reader.block(([typed = ""]) => {
    const range = parseRange(typed);
    if (range === undefined) return reader.report(`Invalid local address ${typed} - skipping`);
    for (let at = range.first >>> 0; at <= range.last >>> 0; at++)
      if (addresses.length < LOCAL_ADDRESSES_MAX) addresses.push((at | 0) as Ipv4Address);
  });
  config.localAddressGroups.set(name, { addresses, place });
}
