import { encodeFrame, encodePacket, Fingerprint, Recorder, type Trace, tee } from "@lvsim/core";
import { type Lab, labNames } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import fingerprints from "./fingerprints.json" with { type: "json" };
import { labNamed, playLab } from "./play.ts";

const known: Readonly<Record<string, string>> = fingerprints;

const fingerprintOf = (name: string, seed: string): string => {
  const fingerprint = new Fingerprint();
  playLab(labNamed(name), seed, fingerprint);
  return fingerprint.digest();
};

/** Taps that encode every frame of every device, and a listener for every LOG line. */
function watchEverything(lab: Lab): { octets: number } {
  const seen = { octets: 0 };
  for (const { name, namespace } of lab.machines.values()) {
    namespace.onLog(() => {});
    for (const device of namespace.devices()) {
      const encode = device.hasLinkHeader ? encodeFrame : encodePacket;
      lab.observe(name, device.name, {
        tapped: (frame) => {
          seen.octets += encode(frame).length;
        },
      });
    }
  }
  return seen;
}

describe.each(labNames())("%s", (name) => {
  test("the same seed gives the same trace, and the one that is written down", () => {
    const first = fingerprintOf(name, "1");
    expect(fingerprintOf(name, "1")).toBe(first);
    // a changed fingerprint is not wrong, but it is never an accident: update it in its own commit
    expect(first).toBe(known[name]);
  });

  test("another seed gives another trace", () => {
    expect(fingerprintOf(name, "2")).not.toBe(fingerprintOf(name, "1"));
  });

  test("watching does not change the run", () => {
    const definition = labNamed(name);
    const alone = new Fingerprint();
    const quiet = playLab(definition, "1", alone);
    const watched = new Fingerprint();
    let seen = { octets: 0 };
    const lab = playLab(definition, "1", tee([watched, new Recorder()]) as Trace, (built) => {
      seen = watchEverything(built);
    });
    expect(seen.octets).toBeGreaterThan(400);
    expect(watched.digest()).toBe(alone.digest());
    const unseen = playLab(definition, "1", null);
    for (const other of [lab, unseen]) {
      expect(other.now).toBe(quiet.now);
      expect(other.simulation.engine.eventCount).toBe(quiet.simulation.engine.eventCount);
    }
  });

  test("a restored snapshot goes on as the original does", () => {
    const definition = labNamed(name);
    const original = new Fingerprint();
    const lab = playLab(definition, "1", original);
    const snapshot = JSON.parse(JSON.stringify(lab.snapshot())) as ReturnType<Lab["snapshot"]>;
    const again = new Fingerprint();
    const restored = (lab.constructor as typeof Lab).restore(snapshot, again);
    expect(again.digest()).toBe(original.digest());
    const first = definition.traffic[0];
    if (first === undefined) throw new Error("a lab without traffic");
    for (const side of [lab, restored]) side.exec(first.from, first.run);
    expect(again.digest()).toBe(original.digest());
  });
});

test("every lab has its fingerprint, and no other has one", () => {
  expect(Object.keys(known).sort()).toEqual(labNames());
});
