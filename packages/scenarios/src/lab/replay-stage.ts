/** What diagnosis tries things on: a lab's inputs played once more, with changes in between. */
import {
  FrameIndex,
  later,
  type NamespaceConfig,
  pastConfigs,
  Recorder,
  seconds,
  type Trace,
} from "@lvsim/core";
import type {
  Evidence,
  HostFacts,
  Instead,
  RequestFacts,
  Stage,
  Trial,
  Typed,
} from "../diagnosis/evidence.ts";
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

/** What should hold when all is over; it may type commands. */
export type Wish<Played> = (lab: Played, seen: Omit<Evidence, "wishes">) => readonly boolean[];

export class ReplayStage<Played extends PlayedLab> implements Stage {
  readonly hasWishes: boolean;
  private readonly definition: LabDefinition;
  private readonly inputs: readonly LabInput[];
  private readonly asked: readonly AskedRequest[];
  private readonly build: (trace: Trace) => Played;
  private readonly wish: Wish<Played> | null;

  constructor(
    definition: LabDefinition,
    inputs: readonly LabInput[],
    asked: readonly AskedRequest[],
    build: (trace: Trace) => Played,
    wish: Wish<Played> | null,
  ) {
    this.definition = definition;
    this.inputs = inputs;
    this.asked = asked;
    this.build = build;
    this.wish = wish;
    this.hasWishes = wish !== null;
  }

  play(trial: Trial | null, until: number | null): Evidence {
    const recorder = new Recorder();
    const lab = this.build(recorder);
    const requests: RequestFacts[] = [];
    const typed: Typed[] = [];
    for (const [number, input] of this.inputs.entries()) {
      if (trial === null) lab.goTo(input);
      else if (input.at > lab.now) lab.until(input.at);
      const asked = this.askedBy(input);
      if (asked === undefined || input.kind !== "exec") {
        if (input.kind === "exec" || input.kind === "start")
          typed.push({
            ...input,
            input: number,
            early: requests.length === 0 && input.kind === "exec",
          });
        actOr(
          lab,
          input,
          trial?.instead.find((one) => one.input === number),
        );
        continue;
      }
      if (trial?.before === requests.length) makeChanges(lab, trial);
      requests.push(ask(lab, recorder, movedTo(input, trial), asked));
      if (until !== null && requests.length > until) break;
    }
    const hosts = this.hostsOf(lab);
    // what is under way may still end, so that it can be told how
    lab.until(later(lab.now, SETTLING));
    const events = [...recorder.events()];
    const seen = { hosts, requests, events, frames: new FrameIndex(events), typed };
    const wishes = until === null && this.wish !== null ? this.wish(lab, seen) : [];
    return { ...seen, wishes };
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
        cables: cablesOf(devices, config),
        gateway: gateway ?? "",
        config,
        past: () => pastConfigs(config, changes, namespace),
      };
    });
  }
}

/** A VLAN on a cable leads to its own part of the segment. */
function cablesOf(
  devices: LabDefinition["hosts"][string]["devices"],
  config: NamespaceConfig,
): Map<string, string> {
  const cables = new Map(Object.entries(devices).map(([device, { segment }]) => [device, segment]));
  for (const { name, lower, details } of config.devices) {
    const under = config.devices.find(({ index }) => index === lower);
    const segment = cables.get(under?.name ?? "");
    if (details?.kind === "vlan" && segment !== undefined)
      cables.set(name, `${segment}.${details.id}`);
  }
  return cables;
}

function actOr(lab: PlayedLab, input: LabInput, instead: Instead | undefined): void {
  if (instead === undefined || !("command" in input)) lab.act(input);
  else if (instead.command !== "") lab.act({ ...input, command: instead.command });
}

/** The same request from another machine. */
const movedTo = <Input extends LabInput & { readonly machine: string }>(
  input: Input,
  trial: Trial | null,
): Input =>
  trial === null || trial.from === "" || input.machine !== trial.of
    ? input
    : { ...input, machine: trial.from };

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
