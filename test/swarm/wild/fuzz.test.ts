/** Octets without sense, as frames, into hosts with random configuration: nothing throws, nothing hangs, nothing is lost. */
import { createRng, decodeFrame, encodeFrame, type Instant, type Rng } from "@lvsim/core";
import { INVARIANTS, Watch } from "@lvsim/testing";
import { expect, test } from "vitest";
import { pick } from "../chance.ts";
import { type WildLab, wildLab } from "./lab.ts";
import { wildPlan } from "./plan.ts";
import { act, randomOctets, serve } from "./traffic.ts";

const LABS = 60;
const FRAMES = 60;
const PATIENCE = 4000e9;

/** Frames that were really sent, as octets. */
function overhear({ hosts }: WildLab): Uint8Array[] {
  const heard: Uint8Array[] = [];
  for (const device of hosts.flatMap((host) => host.devices())) {
    if (device.kind !== "ethernet") continue;
    device.taps = [{ tapped: (frame) => heard.length < 500 && heard.push(encodeFrame(frame)) }];
  }
  return heard;
}

/** A real frame with some octets changed, cut or grown; or none at all. */
function spoil(rng: Rng, real: Uint8Array): Uint8Array {
  const length = pick(rng, [real.length, real.length, rng.below(real.length + 1), real.length + 9]);
  const octets = new Uint8Array(length);
  octets.set(real.subarray(0, length));
  for (let i = rng.below(4); i > 0 && length > 0; i--) octets[rng.below(length)] = rng.below(256);
  return octets;
}

test.each(Array.from({ length: LABS }, (_, i) => i))(
  "lab %i survives what comes by its cables",
  (seed) => {
    const rng = createRng(`fuzz/${seed}`);
    const watch = new Watch(INVARIANTS);
    const lab = wildLab(wildPlan(`fuzz/${seed}`), watch, (simulation) => watch.follow(simulation));
    serve(lab.hosts);
    const heard = overhear(lab);
    const { simulation } = lab;
    const { engine } = simulation;
    for (let i = 0; i < FRAMES; i++) {
      if (i % 6 === 0) act(rng, lab);
      const device = pick(
        rng,
        pick(rng, lab.hosts)
          .devices()
          .filter(({ kind }) => kind === "ethernet"),
      );
      const octets =
        heard.length > 0 && rng.below(2) === 0
          ? spoil(rng, pick(rng, heard))
          : randomOctets(rng, device.mac);
      const frame = decodeFrame(octets, engine.newFrameId());
      // as if it came out of the cable
      watch.sent(engine.now, watch.place("s0:outside"), frame);
      device.receive(frame);
      simulation.run((engine.now + rng.below(200e6)) as Instant);
    }
    expect(simulation.run((engine.now + PATIENCE) as Instant).kind).not.toBe("limit");
    watch.close(true);
    expect(watch.violations).toEqual([]);
  },
);
