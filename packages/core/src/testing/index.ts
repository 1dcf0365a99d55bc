/** Parts of the stack that tests and benches of other packages drive by themselves. */
export { type HookContext, passHooks } from "../host/ip/pass-hooks.ts";
export type { Connection } from "../host/ipvs/connection.ts";
export { ConnectionRows } from "../host/ipvs/connection-rows.ts";
export { ConnectionTable } from "../host/ipvs/connection-table.ts";
export { Destination } from "../host/ipvs/destination.ts";
export { Method } from "../host/ipvs/method.ts";
export type { Scheduler, SchedulingRequest, ServerPool } from "../host/ipvs/scheduler.ts";
export { type ImplementedScheduler, SCHEDULERS } from "../host/ipvs/schedulers/index.ts";
export { HookTable } from "../host/netfilter/hook-table.ts";
export { globalSysctls } from "../host/sysctl/global-sysctls.ts";
export { IpvsSysctls } from "../host/sysctl/ipvs-sysctls.ts";
export { SysctlNumbers } from "../host/sysctl/sysctl-numbers.ts";
