/** What lint looks at: the configuration at the end of a run, what was typed, and the trace. */
import type { HostFacts } from "../diagnosis/evidence.ts";
import { Network } from "../diagnosis/network.ts";
import type { LabRun } from "../run/lab-run.ts";

export interface LintFacts {
  readonly run: LabRun;
  readonly network: Network;
  /** Machines that send the traffic. */
  readonly clients: readonly HostFacts[];
}

export function factsOf(run: LabRun): LintFacts {
  const hosts = run.hosts.map(({ name, after }): HostFacts => {
    const { devices = {}, gateway = "" } = run.definition.hosts[name] ?? {};
    return {
      name,
      cables: new Map(Object.entries(devices).map(([device, { segment }]) => [device, segment])),
      gateway,
      config: after,
      past: () => [],
    };
  });
  const network = new Network(hosts);
  const clients = new Set(run.definition.traffic.map(({ from }) => from));
  return { run, network, clients: hosts.filter(({ name }) => clients.has(name)) };
}
