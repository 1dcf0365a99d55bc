/** What cables and switches may not do, and time: three small invariants. */
import type { Frame } from "@lvsim/core";
import type { Invariant } from "../invariant.ts";
import type { Place, Scene } from "../scene.ts";

/** A device of a host or a port of a switch, if it is one and is there. */
const deviceAt = (
  scene: Scene,
  place: Place,
): { readonly up: boolean; readonly carrier: boolean } | undefined =>
  place.kind === "port" ? scene.port(place) : scene.device(place);

export const carrier: Invariant = {
  name: "no frame passes a device that is down or has no carrier",
  watch(scene, tell) {
    const check = (place: Place, frame: Frame, does: string): void => {
      const device = deviceAt(scene, place);
      if (device === undefined || (device.up && device.carrier)) return;
      const state = device.up ? "has no carrier" : "is down";
      tell(place.name, `${does} #${frame.id} although it ${state}`, frame.id);
    };
    return {
      sent: (_at, place, frame) => check(place, frame, "sends"),
      received: (_at, place, frame) => check(place, frame, "receives"),
    };
  },
};

export const noReturn: Invariant = {
  name: "a switch sends no frame back where it came from",
  watch(_scene, tell) {
    // by switch and frame: the ports by which it came
    const came = new Map<string, Set<string>>();
    return {
      received(_at, place, frame) {
        if (place.kind !== "port") return;
        const key = `${place.owner} ${frame.id}`;
        const ports = came.get(key);
        if (ports === undefined) came.set(key, new Set([place.part]));
        else ports.add(place.part);
      },
      sent(_at, place, frame) {
        if (place.kind !== "port") return;
        const ports = came.get(`${place.owner} ${frame.id}`);
        // of a frame that goes in circles nobody can tell
        if (ports?.size !== 1 || !ports.has(place.part)) return;
        tell(place.name, `sends #${frame.id} back, which came by this port`, frame.id);
      },
    };
  },
};

export const time: Invariant = {
  name: "time does not go back",
  watch(scene, tell) {
    let last = 0;
    const check = (at: number, place: Place): void => {
      const { now } = scene.simulation.engine;
      if (at !== now) tell(place.name, `something happens at ${at} ns, when it is ${now} ns`);
      if (at < last) tell(place.name, `something happens at ${at} ns, after ${last} ns`);
      last = at;
    };
    return {
      sent: check,
      received: check,
      delivered: check,
      dropped: check,
      look(now) {
        const due = scene.simulation.engine.queue.firstDue();
        if (due < now) tell("", `an event is due at ${due} ns, when it is ${now} ns`);
        return 0;
      },
    };
  },
};
