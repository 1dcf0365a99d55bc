import { Fingerprint, Recorder, type Trace, tee } from "@lvsim/core";
import { type Lab, labNames } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import fingerprints from "./fingerprints.json" with { type: "json" };
import { labNamed, playLab } from "./play.ts";
import { listed, Seen } from "./seen.ts";

const known: Readonly<Record<string, string>> = fingerprints;

const fingerprintOf = (name: string, seed: string): string => {
  const fingerprint = new Fingerprint();
  playLab(labNamed(name), seed, fingerprint);
  return fingerprint.digest();
};

/** Plays a lab with taps at every device and a listener for every LOG line. */
function playSeen(name: string, trace: Trace | null): Seen {
  let seen: Seen | null = null;
  playLab(labNamed(name), "1", trace, ({ simulation }) => {
    seen = new Seen(simulation);
    for (const namespace of simulation.namespaces) namespace.onLog(() => {});
  });
  if (seen === null) throw new Error("a lab that was never built");
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
    const fingerprint = new Fingerprint();
    const watched = playSeen(name, tee([fingerprint, new Recorder()]) as Trace);
    expect(fingerprint.digest()).toBe(known[name]);
    expect(watched.count).toBeGreaterThan(4);
    // what nobody traces may take short cuts
    expect(playSeen(name, null).differenceTo(watched)).toBeNull();
    const alone = playLab(labNamed(name), "1", null).simulation;
    expect(listed(alone)).toEqual(listed(watched.simulation));
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
