/** Telling of a packet that a LOG or TRACE rule saw, to whoever reads the kernel's log. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { HookPoint } from "./hook.ts";
import { type LogHead, logEntry } from "./log-entry.ts";
import type { TargetContext } from "./targets/target.ts";

/** What a rule says about its lines. */
export type LogStyle = Pick<LogHead, "level" | "withSequence" | "withTcpOptions" | "withIpOptions">;

export function logPacket(
  { environment, logSinks, table }: TargetContext,
  prefix: string,
  style: LogStyle,
  frame: Frame,
  input: NetDevice | null,
  output: NetDevice | null,
  point: HookPoint,
): void {
  if (logSinks.length === 0) return;
  const ports = environment.bridgePorts(frame);
  const entry = logEntry(
    {
      ...style,
      at: environment.now(),
      table,
      point,
      prefix,
      input: input?.name ?? "",
      output: output?.name ?? "",
      physicalInput: ports?.input ?? "",
      physicalOutput: ports?.output ?? "",
    },
    frame,
  );
  for (const sink of logSinks) sink(entry);
}
