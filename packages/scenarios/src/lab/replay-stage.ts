/** What diagnosis tries things on: a lab's inputs played once more, with changes in between. */
import { FrameIndex, later, pastConfigs, Recorder, seconds, type Trace } from "@lvsim/core";
import type { Evidence, HostFacts, RequestFacts, Stage, Trial } from "../diagnosis/evidence.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { LabMachine } from "./machine.ts";
import type { LabAct, LabInput, Position } from "./snapshot.ts";

/** A lab that can be played by inputs. */
export interface PlayedLab {
  readonly now: Position["at"];
  machine(name: string): LabMachine;
  goTo(position: Position): void;
  until(at: Position["at"]): unknown;
  /** Does what somebody did; how it ended, null for what is not awaited. */
  act(input: LabAct): Outcome | null;
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is a request, and what it should come to. */
export interface AskedRequest {
  readonly from: string;
  readonly run: string;
  /** Whether the answer is what was wanted; without it, status 0 with nothing lost on the way is. */
  readonly expect?: (outcome: Outcome) => boolean;
}

/** What becomes of packets under way when a request is over. */
const SETTLING = seconds(4);

export class ReplayStage implements Stage {
  private readonly definition: LabDefinition;
  private readonly inputs: readonly LabInput[];
  private readonly asked: readonly AskedRequest[];
  private readonly build: (trace: Trace) => PlayedLab;

  constructor(
    definition: LabDefinition,
    inputs: readonly LabInput[],
    asked: readonly AskedRequest[],
    build: (trace: Trace) => PlayedLab,
  ) {
    this.definition = definition;
    this.inputs = inputs;
    this.asked = asked;
    this.build = build;
  }

  play(trial: Trial | null, until: number | null): Evidence {
    const recorder = new Recorder();
    const lab = this.build(recorder);
    const requests: RequestFacts[] = [];
    const preparations: Evidence["preparations"][number][] = [];
    for (const [number, input] of this.inputs.entries()) {
      if (trial === null) lab.goTo(input);
      else if (input.at > lab.now) lab.until(input.at);
      if (trial?.omitted.includes(number) === true) continue;
      const asked = this.askedBy(input);
      if (asked === undefined || input.kind !== "exec") {
        if (input.kind === "exec" && requests.length === 0)
          preparations.push({ machine: input.machine, command: input.command, input: number });
        lab.act(input);
        continue;
      }
      if (trial?.before === requests.length) makeChanges(lab, trial);
      requests.push(ask(lab, recorder, input, asked));
      if (until !== null && requests.length > until) break;
    }
    const hosts = this.hostsOf(lab);
    // what is under way may still end, so that it can be told how
    lab.until(later(lab.now, SETTLING));
    const events = [...recorder.events()];
    return { hosts, requests, events, frames: new FrameIndex(events), preparations };
  }

  private askedBy(input: LabInput): AskedRequest | undefined {
    if (input.kind !== "exec") return undefined;
    return this.asked.find(({ from, run }) => from === input.machine && run === input.command);
  }

  private hostsOf(lab: PlayedLab): HostFacts[] {
    return Object.entries(this.definition.hosts).map(([name, { devices, gateway }]) => {
      const { namespace } = lab.machine(name);
      const { config, history } = namespace;
      const changes = [...history.all];
      return {
        name,
        cables: new Map(Object.entries(devices).map(([device, { segment }]) => [device, segment])),
        gateway: gateway ?? "",
        config,
        past: () => pastConfigs(config, changes, namespace),
      };
    });
  }
}

function makeChanges(lab: PlayedLab, { changes }: Trial): void {
  for (const { machine, command } of changes)
    lab.act({ kind: "exec", machine, command, namespace: "" });
}

function ask(
  lab: PlayedLab,
  recorder: Recorder,
  input: LabAct & { readonly kind: "exec" | "start" },
  { expect }: AskedRequest,
): RequestFacts {
  const firstEvent = recorder.recordedCount;
  const beganAt = lab.now;
  const outcome = lab.act(input) ?? { status: 0, stdout: "", stderr: "" };
  return {
    machine: input.machine,
    command: input.command,
    ...outcome,
    beganAt,
    endedAt: lab.now,
    firstEvent,
    endEvent: recorder.recordedCount,
    asExpected: expect === undefined ? null : expect(outcome),
  };
}
