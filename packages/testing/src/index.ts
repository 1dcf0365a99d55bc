/** What other people's tests use: arbitraries, matchers, reports, invariants. */
export { type ArrivalsOptions, arrivals } from "./arbitraries/arrivals.ts";
export {
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultSchedulesOptions,
  faultSchedules,
} from "./arbitraries/fault-schedules.ts";
export { labFor, PLAN_VIP, serverAddress } from "./arbitraries/lab-for.ts";
export { type LabPlan, type LabsOptions, labs } from "./arbitraries/labs.ts";
export { type LoadedConnection, type LoadsOptions, loads } from "./arbitraries/loads.ts";
export { type ServerSetsOptions, type ServerSpec, serverSets } from "./arbitraries/server-sets.ts";
export {
  editableLab,
  type ServiceEdit,
  type ServiceEditsOptions,
  type ServiceModel,
  serviceEdits,
} from "./arbitraries/service-edits.ts";
export { type ServiceTimesOptions, serviceTimes } from "./arbitraries/service-times.ts";
export {
  METHODS,
  type MethodName,
  type TopologiesOptions,
  type Topology,
  topologies,
} from "./arbitraries/topologies.ts";
export { type WeightsOptions, weights } from "./arbitraries/weights.ts";
export {
  assertDeterministic,
  type Divergence,
  firstDivergence,
} from "./determinism/first-divergence.ts";
export { INVARIANTS } from "./invariants/all.ts";
export {
  type EventuallyOptions,
  eventually,
  type Goal,
  GoalError,
} from "./invariants/eventually.ts";
export { answered } from "./invariants/goals/answered.ts";
export { connectionsEnd } from "./invariants/goals/connections.ts";
export { neighboursAgree, vipIsAt } from "./invariants/goals/neighbours.ts";
export { switchesKnow } from "./invariants/goals/switches.ts";
export type {
  Invariant,
  InvariantWatch,
  NoteNumbers,
  Tell,
  Violation,
} from "./invariants/invariant.ts";
export type { Place, Scene } from "./invariants/scene.ts";
export { violationsText } from "./invariants/violation-text.ts";
export { Watch } from "./invariants/watch.ts";
export { InvariantError, WatchedLab, type WatchOptions } from "./invariants/watched-lab.ts";
export { type Claim, TestHost } from "./lab/test-host.ts";
export { TestLab, type TestLabOptions, testLab } from "./lab/test-lab.ts";
export { TestRequest } from "./lab/test-request.ts";
export { TestService } from "./lab/test-service.ts";
export type { Drop } from "./lab/way.ts";
export { matchers } from "./matchers/index.ts";
export type { Verdict } from "./matchers/verdict.ts";
export { type Arrivals, everyArrival } from "./orders/every-arrival.ts";
export { everyMoment, type Moment, type Race } from "./orders/every-moment.ts";
export {
  everyOrder,
  interleavings,
  orderCount,
  outcomes,
  type Played,
  type Step,
} from "./orders/every-order.ts";
export {
  connectionTimes,
  disruptionOnRemoval,
  distributionText,
  shareText,
} from "./reports/reports.ts";
export { type SchedulerUnderTest, TestPool, testPool } from "./schedulers/test-pool.ts";
export { serializer } from "./serializers/serializer.ts";
export { Shown } from "./text/shown.ts";
