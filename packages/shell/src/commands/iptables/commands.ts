/** The commands `iptables`, `iptables-save` and `iptables-restore` of a machine, over its namespace's configuration. */

import type { NetworkNamespace } from "@lvsim/core";
import {
  type ChangeOrigin,
  isKnownMatch,
  isKnownTarget,
  type KernelNetwork,
  type NetfilterConfig,
  type NetfilterDraft,
  type RuleCounter,
  type TableName,
} from "@lvsim/core";
import { type Command, type SimpleContext, simpleCommand } from "../../command.ts";
import { ctime } from "./ctime.ts";
import type { IptablesKernel } from "./kernel.ts";
import { machineNames } from "./names.ts";
import { runIptables, runRestore, runSave } from "./programs.ts";

const usesMatch = ({ tables }: NetfilterConfig, wanted: string): boolean =>
  Object.values(tables).some(({ chains }) =>
    chains.some(({ rules }) =>
      rules.some(({ matches }) => matches.some(({ name }) => name === wanted)),
    ),
  );

/** One namespace as the programs see it. */
class NamespaceKernel implements IptablesKernel {
  private readonly namespace: NetworkNamespace;
  private readonly origin: ChangeOrigin;
  private readonly network: KernelNetwork;

  constructor({ namespace, origin, machine }: SimpleContext) {
    this.namespace = namespace;
    this.origin = origin;
    this.network = machine.network;
  }

  get netfilter(): NetfilterConfig {
    return this.namespace.config.netfilter;
  }

  change(edit: (draft: NetfilterDraft) => void): void {
    this.namespace.change(this.origin, (draft) => {
      edit(draft.netfilter);
      return 0;
    });
    // xt_physdev asks for the module when its first rule comes
    const { netfilter, bridgeNetfilter } = this.namespace.config;
    if (!bridgeNetfilter && usesMatch(netfilter, "physdev"))
      this.network.loadBridgeNetfilter(true, this.origin);
  }

  ruleCounter(table: TableName, id: number): RuleCounter | undefined {
    return this.namespace.netfilter.ruleCounter(table, id);
  }

  policyCounter(table: TableName, chain: string): RuleCounter | undefined {
    return this.namespace.netfilter.policyCounter(table, chain);
  }

  hasMatch(name: string): boolean {
    return isKnownMatch(name);
  }

  hasTarget(name: string): boolean {
    return isKnownTarget(name);
  }

  hasSet(name: string): boolean {
    return this.namespace.config.ipset.sets.some((set) => set.name === name);
  }
}

export const iptables: Command = simpleCommand(
  "/usr/sbin/iptables",
  (context) =>
    runIptables(context.argv, new NamespaceKernel(context), machineNames(context.machine.files)),
  { aliases: ["/usr/sbin/iptables-legacy"] },
);

export const iptablesSave: Command = simpleCommand(
  "/usr/sbin/iptables-save",
  (context) =>
    runSave(context.argv, new NamespaceKernel(context), ctime(context.machine.wallSeconds)),
  { aliases: ["/usr/sbin/iptables-legacy-save"] },
);

/** Whether a file is named, so that standard input is left alone. */
const namesFile = (argv: readonly string[]): boolean =>
  argv.some((word, index) => index > 0 && !word.startsWith("-") && !takesWord(argv[index - 1]));

const takesWord = (option: string | undefined): boolean =>
  option !== undefined && /^(-[TMwW]|--table|--modprobe|--wait|--wait-interval)$/.test(option);

export const iptablesRestore: Command = simpleCommand(
  "/usr/sbin/iptables-restore",
  (context) => {
    const { files } = context.machine;
    const readFile = (path: string): string | undefined =>
      files.readText(path.startsWith("/") ? path : `${context.cwd}/${path}`);
    return runRestore(
      context.argv,
      new NamespaceKernel(context),
      machineNames(files),
      () => context.stdin ?? "",
      readFile,
    );
  },
  { aliases: ["/usr/sbin/iptables-legacy-restore"], readsStdin: (argv) => !namesFile(argv) },
);
