/**
 * A lab to write tests about: booted, with everything recorded, its start-up commands typed and checked. What it shows are
 * objects that the matchers know: requests, hosts, services.
 */
import type { SchedulerModule } from "@lvsim/core";
import {
  type ExecResult,
  type Lab,
  type LabDefinition,
  LabPlay,
  type LabRun,
} from "@lvsim/scenarios";
import { Shown } from "../text/shown.ts";
import { TestHost } from "./test-host.ts";
import { TestRequest } from "./test-request.ts";
import { TestService } from "./test-service.ts";

export interface TestLabOptions {
  /** "1" unless said. */
  readonly seed?: string;
  /** IPVS schedulers of one's own, beside Linux's. */
  readonly schedulers?: readonly SchedulerModule[];
  /** Whether a start-up command may fail that the lab does not say fails; not unless said. */
  readonly mayFailToStart?: boolean;
}

export class TestLab {
  readonly lab: Lab;
  private readonly play: LabPlay;
  private latest: LabRun;
  /** How many events were recorded when the run was looked at last. */
  private latestCount = 0;

  constructor(definition: LabDefinition, options: TestLabOptions = {}) {
    const { seed = "1", schedulers = [], mayFailToStart = false } = options;
    this.play = new LabPlay(definition.title.en, definition, { seed, schedulers });
    this.lab = this.play.lab;
    this.play.boot();
    this.latest = this.play.seen();
    if (mayFailToStart) return;
    for (const { asExpected, host, command, status, stderr } of this.run.starts)
      if (!asExpected) throw new Error(`${host}# ${command}\n${stderr}(status ${status})`);
  }

  /** Types a request on a machine and waits, in simulated time, until it has ended. */
  ask(from: string, command: string): TestRequest {
    this.play.ask(from, command);
    this.latest = this.play.seen();
    return new TestRequest(this, this.run.requests.length - 1);
  }

  /** Sends the traffic of the lab's definition, while its faults happen. */
  sendTraffic(): readonly TestRequest[] {
    const first = this.run.requests.length;
    this.play.sendTraffic();
    return this.requests.slice(first);
  }

  /** Every request so far. */
  get requests(): readonly TestRequest[] {
    return this.run.requests.map((_request, i) => new TestRequest(this, i));
  }

  /** Types a command that is no request: an operator's. */
  exec(machine: string, command: string): ExecResult {
    return this.lab.exec(machine, command);
  }

  /** What a command shows, for a snapshot. */
  show(machine: string, command: string): Shown {
    const { stdout, stderr } = this.exec(machine, command);
    // real tools fill columns with blanks at the ends of lines, which editors take away
    const said = `${stdout}${stderr}`.replace(/ +$/gm, "").trimEnd();
    return new Shown(`${machine}# ${command}\n${said}`);
  }

  host(name: string): TestHost {
    this.lab.machine(name);
    return new TestHost(this, name);
  }

  /** A virtual service as ipvsadm names it (`-t 10.0.0.1:80`), the first unless said, of the first director unless said. */
  service(name = "", director?: string): TestService {
    const found = this.run.hosts.find(({ after }) => after.ipvs.services.length > 0);
    if (director === undefined && found === undefined) throw new Error("no host is a director");
    return new TestService(this, director ?? found?.name ?? "", name);
  }

  /** Everything recorded until now, as views and reports take it. */
  get run(): LabRun {
    const { recordedCount } = this.play;
    if (this.latestCount !== recordedCount) this.latest = this.play.seen();
    this.latestCount = recordedCount;
    return this.latest;
  }
}

/** A lab booted for a test; throws when one of its start-up commands fails. */
export const testLab = (definition: LabDefinition, options?: TestLabOptions): TestLab =>
  new TestLab(definition, options);
