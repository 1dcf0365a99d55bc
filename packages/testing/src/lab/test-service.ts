/** A virtual service of a lab under test: how it shared connections out, and what changes of it disturbed. */
import {
  type Disruption,
  disruptionsOf,
  type Fairness,
  fairnessOf,
  type LabRun,
} from "@lvsim/scenarios";
import type { Seen } from "./test-request.ts";

export class TestService {
  readonly director: string;
  /** As ipvsadm names it, `-t 10.0.0.1:80`; "" for the director's first. */
  readonly name: string;
  private readonly seen: Seen;

  constructor(seen: Seen, director: string, name: string) {
    this.seen = seen;
    this.director = director;
    this.name = name;
  }

  get run(): LabRun {
    return this.seen.run;
  }

  /** Its shares; undefined while it has had nothing to choose. */
  get shares(): Fairness | undefined {
    return fairnessOf(this.run).find(
      ({ director, service }) =>
        director === this.director && (this.name === "" || service === this.name),
    );
  }

  /** What each change of its director's services did, in order. */
  get disruptions(): readonly Disruption[] {
    return disruptionsOf(this.run).filter(({ director }) => director === this.director);
  }

  toString(): string {
    return [this.director, this.name].join(" ").trim();
  }
}
