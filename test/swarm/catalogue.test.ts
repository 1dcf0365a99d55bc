/** The labs that come with lvsim, broken or mended, are wrong in what they say, and never in what always holds. */
import { Recorder, seconds, type Trace, tee } from "@lvsim/core";
import { Lab, labNames, libraryLab } from "@lvsim/scenarios";
import { INVARIANTS, violationsText, Watch } from "@lvsim/testing";
import { expect, test } from "vitest";

/** A thousand clients are watched for longer than all other labs together. */
const names = labNames().filter((name) => name !== "thousand-clients");

test.each(names)("whatever always holds does in %s", (name) => {
  const variants = Object.keys(libraryLab(name)?.variants ?? {});
  for (const variant of [undefined, ...variants]) {
    const definition = libraryLab(name, variant);
    if (definition === undefined) throw new Error(`no lab ${name}`);
    const [watch, recorder] = [new Watch(INVARIANTS), new Recorder()];
    const trace = tee([watch, recorder]) as Trace;
    const lab = Lab.build(definition, { seed: "1", trace });
    watch.follow(lab.simulation);
    lab.run();
    lab.until((lab.now + seconds(5)) as typeof lab.now);
    watch.close();
    expect(watch.violations, violationsText(watch.violations, "1", recorder)).toEqual([]);
  }
});
