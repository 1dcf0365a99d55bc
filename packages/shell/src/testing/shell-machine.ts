/** For tests of the shell: a Debian machine without a network, and a way to run a command line on it to its end. */
import { createRng, Engine, initialConfigWith, NetworkNamespace, seconds } from "@lvsim/core";
import type { SimpleResult } from "../command.ts";
import type { IpvsadmVariant } from "../commands/ipvsadm/index.ts";
import { NO_COSTS, type ShellCosts } from "../kernel/costs.ts";
import { type ExecHandle, Machine } from "../machine.ts";

export class ShellMachine {
  readonly engine = new Engine();
  readonly machine: Machine;

  constructor(costs: ShellCosts = NO_COSTS, ipvsadm: IpvsadmVariant = "mainline") {
    const { engine } = this;
    const rng = createRng("shell");
    const kernel = "6.1.192";
    const config = initialConfigWith(ipvsadm);
    const namespace = new NetworkNamespace({
      name: "host",
      engine,
      rng,
      trace: null,
      kernel,
      config,
    });
    this.machine = new Machine({
      name: "host",
      hostname: "host",
      image: "debian-12",
      ipvsadm,
      kernel,
      engine,
      rng,
      namespace,
      costs,
    });
  }

  /** Starts a command line and lets simulated time go on until it ends, or for `secondsMax` seconds. */
  sh(commandLine: string, secondsMax = 3600): SimpleResult {
    return this.finish(this.machine.exec(commandLine), secondsMax);
  }

  /** Lets simulated time go on until `handle` is done; status −1 when it is not by then. */
  finish(handle: ExecHandle, secondsMax = 3600): SimpleResult {
    const { engine } = this;
    const end = engine.now + seconds(secondsMax);
    while (!handle.done && engine.now < end && engine.step());
    const { done, status, stdout, stderr } = handle;
    return { status: done ? status : -1, stdout, stderr };
  }
}
