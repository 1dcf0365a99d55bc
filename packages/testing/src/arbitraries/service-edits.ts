/**
 * What operators and clients do to a virtual service, one step after the other, as `fc.commands` takes it: each step knows when
 * it makes sense, does it by a command line on the lab, and is printed as that line. After each the director's table is held
 * against a plain model.
 */
import type { RealServerConfig } from "@lvsim/core";
import fc from "fast-check";
import { type TestLab, type TestLabOptions, testLab } from "../lab/test-lab.ts";
import type { TestRequest } from "../lab/test-request.ts";
import { replayedCommands } from "../replay/replay.ts";
import { labFor, PLAN_VIP, serverAddress } from "./lab-for.ts";
import { FORWARDING_FLAGS, type MethodName } from "./topologies.ts";

/** What the service should be, told by nothing but the steps. */
export interface ServiceModel {
  scheduler: string;
  /** Weight by number of the real server, from 0; one that is not in the service is not here. */
  readonly weights: Map<number, number>;
}

export type ServiceEdit = fc.Command<ServiceModel, TestLab>;

export interface ServiceEditsOptions {
  /** How many real servers there are to put in and take out; 3 unless said. */
  readonly servers?: number;
  /** direct-routing unless said. */
  readonly method?: MethodName;
  /** Schedulers to change to; none unless said. */
  readonly schedulers?: readonly string[];
  /** 5 unless said. */
  readonly weightMax?: number;
  /** How many steps at most; 10 unless said. */
  readonly stepsMax?: number;
  /** Judges each request; it throws when something is wrong. */
  readonly onRequest?: (request: TestRequest, model: Readonly<ServiceModel>) => void;
  /** Where a failed run is to begin again, as fast-check prints it; what LVSIM_REPLAY names unless said. */
  readonly replayPath?: string;
}

const SERVICE = `-t ${PLAN_VIP}:80`;

/** A step of the operator: a command line on the director, and what it makes of the model. */
class Edit implements ServiceEdit {
  private readonly line: string;
  private readonly makesSense: (model: Readonly<ServiceModel>) => boolean;
  private readonly apply: (model: ServiceModel) => void;

  constructor(
    line: string,
    makesSense: (model: Readonly<ServiceModel>) => boolean,
    apply: (model: ServiceModel) => void,
  ) {
    this.line = line;
    this.makesSense = makesSense;
    this.apply = apply;
  }

  check(model: Readonly<ServiceModel>): boolean {
    return this.makesSense(model);
  }

  run(model: ServiceModel, lab: TestLab): void {
    const { status, stderr } = lab.exec("dir", this.line);
    if (status !== 0) throw new Error(`${this}: status ${status}, ${stderr}`);
    this.apply(model);
    holdAgainst(model, lab);
  }

  toString(): string {
    return `dir# ${this.line}`;
  }
}

/** A request of the client. */
class Ask implements ServiceEdit {
  private readonly judge: ServiceEditsOptions["onRequest"];

  constructor(judge: ServiceEditsOptions["onRequest"]) {
    this.judge = judge;
  }

  check(): boolean {
    return true;
  }

  run(model: ServiceModel, lab: TestLab): void {
    this.judge?.(lab.ask("client1", ASK), model);
  }

  toString(): string {
    return `client1# ${ASK}`;
  }
}

const ASK = `curl -s -m 3 http://${PLAN_VIP}/`;

/** Throws when the director's table is not what the model says. */
function holdAgainst({ scheduler, weights }: Readonly<ServiceModel>, lab: TestLab): void {
  const [service] = lab.lab.machine("dir").namespace.config.ipvs.services;
  const found = service?.realServers.map(({ address, weight }: RealServerConfig) => [
    (address & 0xff) - FIRST,
    weight,
  ]);
  const wanted = [...weights].reverse();
  if (service?.scheduler !== scheduler || JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`the table is not what was typed:\n${lab.show("dir", "ipvsadm -Ln")}`);
}

/** The last octet of the first real server. */
const FIRST = Number(serverAddress("direct-routing", 0).split(".")[3]);

/** Steps for a lab that `editableLab` with the same options begins. They shrink to few, each as simple as it can be. */
export function serviceEdits(
  options: ServiceEditsOptions = {},
): fc.Arbitrary<Iterable<ServiceEdit>> {
  const { servers = 3, method = "direct-routing", schedulers = [], weightMax = 5 } = options;
  const server = fc.nat({ max: servers - 1 });
  const weight = fc.integer({ min: 0, max: weightMax });
  const named = (number: number): string => `${SERVICE} -r ${serverAddress(method, number)}`;
  const flag = FORWARDING_FLAGS[method];
  const steps: fc.Arbitrary<ServiceEdit>[] = [
    fc.constant(new Ask(options.onRequest)),
    fc.tuple(server, weight).map(
      ([number, w]) =>
        new Edit(
          `ipvsadm -a ${named(number)} ${flag} -w ${w}`,
          ({ weights }) => !weights.has(number),
          ({ weights }) => weights.set(number, w),
        ),
    ),
    fc.tuple(server, weight).map(
      ([number, w]) =>
        new Edit(
          `ipvsadm -e ${named(number)} ${flag} -w ${w}`,
          ({ weights }) => weights.has(number),
          ({ weights }) => weights.set(number, w),
        ),
    ),
    server.map(
      (number) =>
        new Edit(
          `ipvsadm -d ${named(number)}`,
          ({ weights }) => weights.has(number),
          ({ weights }) => weights.delete(number),
        ),
    ),
  ];
  if (schedulers.length > 0)
    steps.push(
      fc.constantFrom(...schedulers).map(
        (name) =>
          new Edit(
            `ipvsadm -E ${SERVICE} -s ${name}`,
            ({ scheduler }) => scheduler !== name,
            (model) => {
              model.scheduler = name;
            },
          ),
      ),
    );
  const { stepsMax = 10, replayPath = replayedCommands() } = options;
  return fc.commands(steps, {
    maxCommands: stepsMax,
    ...(replayPath === undefined ? {} : { replayPath }),
  });
}

/** The beginning of every story that `serviceEdits` tells: a lab with one server of weight 1 in the service, and the model of it. */
export function editableLab(
  options: ServiceEditsOptions = {},
  setup: TestLabOptions = {},
): { readonly model: ServiceModel; readonly real: TestLab } {
  const { servers = 3, method = "direct-routing" } = options;
  const plan = {
    topology: { method, clients: 1, routers: 0, delayUs: 50, lossPerMille: 0 },
    scheduler: "rr",
    servers: Array.from({ length: servers }, () => ({ weight: 1, upper: 0, lower: 0 })),
    requests: 1,
    faults: [],
  };
  const real = testLab(labFor(plan), setup);
  for (let i = 1; i < servers; i++)
    real.exec("dir", `ipvsadm -d ${SERVICE} -r ${serverAddress(method, i)}`);
  return { model: { scheduler: "rr", weights: new Map([[0, 1]]) }, real };
}
