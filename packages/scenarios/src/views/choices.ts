/** The choices that IPVS made for a virtual service, in order, out of the trace: retransmissions do not count twice. */
import type { Instant, Ipv4Address } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";

interface Choice {
  readonly at: Instant;
  readonly server: Ipv4Address;
  readonly client: Ipv4Address;
}

/** `service` as ipvsadm names it, `-t 10.0.0.1:80`. */
export function choicesOf(run: LabRun, director: string, service: string): Choice[] {
  const words = service.replace(/^-[tuf] /, "");
  return run.events.flatMap((event) => {
    if (event.kind !== "scheduled" || event.place !== director) return [];
    if (event.decider?.describe().endsWith(` ${words}`) !== true) return [];
    const header = run.frames.story(event.frame).find((one) => "header" in one);
    const client = header !== undefined && "header" in header ? header.header.source : 0;
    return [{ at: event.at, server: event.server as Ipv4Address, client: client as Ipv4Address }];
  });
}
