/** Sessions recorded with iptables 1.8.9 (legacy) in an empty network namespace; dates are masked in the recording. */
import {
  copyNetfilter,
  isKnownMatch,
  isKnownTarget,
  type NetfilterConfig,
  NO_TABLES,
  parseIpv4Address,
  RuleCounter,
} from "@lvsim/core";
import { expect, test } from "vitest";
import { portOfService, serviceOfPort } from "../../network/services.ts";
import type { IptablesKernel, Outcome } from "./kernel.ts";
import type { Names } from "./names.ts";
import { runIptables, runRestore, runSave } from "./programs.ts";
import recorded from "./recorded.json" with { type: "json" };
import extensions from "./recorded-extensions.json" with { type: "json" };
import tracking from "./recorded-tracking.json" with { type: "json" };

interface Step {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly status?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

interface Session {
  readonly name: string;
  readonly tracking: boolean;
  readonly steps: readonly Step[];
}

const LOOPBACK = parseIpv4Address("127.0.0.1");

/** As on the machine of the recording; its /etc/services is longer than ours. */
const NAMES: Names = {
  serviceName: (port, protocol) => (port === 1 ? "tcpmux" : serviceOfPort(port, protocol)),
  servicePort: portOfService,
  hostName: (address) => (address === LOOPBACK ? "localhost" : undefined),
  hostAddress: (name) => (name === "localhost" ? LOOPBACK : undefined),
};

/** What a kernel without the module nf_conntrack has not. */
const TRACKING: ReadonlySet<string> = new Set([
  ...["conntrack", "state", "connmark"],
  ...["CONNMARK", "SNAT", "DNAT", "MASQUERADE", "REDIRECT", "NETMAP"],
]);

/** Keeps counters without packets; one of the recordings was made on a kernel without connection tracking. */
class CountingKernel implements IptablesKernel {
  netfilter: NetfilterConfig = NO_TABLES;
  private readonly tracking: boolean;
  private readonly counters = new Map<string, RuleCounter>();

  constructor(tracking: boolean) {
    this.tracking = tracking;
  }

  change(edit: Parameters<IptablesKernel["change"]>[0]): void {
    const draft = copyNetfilter(this.netfilter);
    edit(draft);
    this.netfilter = draft;
  }

  ruleCounter(table: string, id: number): RuleCounter {
    return this.counter(`${table} ${id}`);
  }

  policyCounter(table: string, chain: string): RuleCounter {
    return this.counter(`${table} ${chain}`);
  }

  hasMatch(name: string): boolean {
    if (name === "ipvs") return false;
    return this.tracking || (isKnownMatch(name) && !TRACKING.has(name));
  }

  hasTarget(name: string): boolean {
    return this.tracking || (isKnownTarget(name) && !TRACKING.has(name));
  }

  hasSet(name: string): boolean {
    return name === "a" || name === "b";
  }

  private counter(key: string): RuleCounter {
    const counter = this.counters.get(key) ?? new RuleCounter();
    this.counters.set(key, counter);
    return counter;
  }
}

/** What a step printed, as one text. */
const transcript = ({ status = 0, stdout = "", stderr = "" }: Partial<Outcome>): string =>
  `${stdout}${stderr}[${status}]`;

/** The first lines that differ, with the command. */
function difference({ argv, ...expected }: Step, got: Outcome): readonly string[] {
  const wanted = transcript(expected).split("\n");
  const found = transcript(got).split("\n");
  const line = wanted.findIndex((text, index) => text !== found[index]);
  if (line < 0) return [];
  return [`${argv.join(" ")}\n- ${wanted[line]}\n+ ${found[line]}`];
}

function run(kernel: IptablesKernel, step: Step): Outcome {
  const { argv } = step;
  if (argv[0] === "iptables-save") return runSave(argv, kernel, "DATE");
  if (argv[0] === "iptables-restore")
    return runRestore(
      argv,
      kernel,
      NAMES,
      () => step.stdin ?? "",
      () => undefined,
    );
  return runIptables(argv, kernel, NAMES);
}

test.each([...recorded, ...extensions, ...tracking] as readonly Session[])(
  "$name: as recorded",
  ({ tracking: tracks, steps }) => {
    const kernel = new CountingKernel(tracks);
    expect(steps.flatMap((step) => difference(step, run(kernel, step)))).toEqual([]);
  },
);
