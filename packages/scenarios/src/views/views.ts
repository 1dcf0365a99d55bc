/** Every view of a run by its name, in each form that it has. */
import type { LabRun } from "../run/lab-run.ts";
import { disruptionsOf } from "./disruption.ts";
import { disruptionLines, disruptionSvg } from "./disruption-views.ts";
import { fairnessOf } from "./fairness.ts";
import { fairnessLines, fairnessSvg } from "./fairness-views.ts";
import { htmlReport } from "./html-report.ts";
import { ladderOf } from "./ladder.ts";
import { ladderLines, ladderMermaid, ladderSvg } from "./ladder-views.ts";
import { stacked } from "./layout.ts";
import { Names } from "./names.ts";
import { timelineLines, timelineOf, timelineSvg } from "./owner-timeline.ts";
import type { Line, Page } from "./styled.ts";
import { topologyLines } from "./topology.ts";
import { topologyMermaid, topologySvg } from "./topology-views.ts";
import { walkLines } from "./walk-view.ts";

export type ViewForm = "text" | "mermaid" | "svg" | "html";

/** A view as lines to be painted, or as the text of a file; null when it has no such form. */
type Shown = readonly Line[] | string | null;

interface ViewRequest {
  readonly run: LabRun;
  /** Number of the request that a ladder follows, from 0. */
  readonly request: number;
  readonly form: ViewForm;
  readonly page: Page;
}

type View = (asked: ViewRequest, names: Names) => Shown;

const VIEWS: Readonly<Record<string, View>> = {
  ladder: ({ run, request, form, page }, names) => {
    const asked = run.requests[request];
    if (asked === undefined || form === "html") return null;
    const ladder = ladderOf(run, asked, names, page);
    if (form === "text") return ladderLines(ladder, page);
    if (form === "mermaid") return ladderMermaid(ladder, page);
    return ladderSvg(ladder, `${run.name}: ${asked.command}`, page);
  },
  walk: ({ run, request, form, page }, names) => {
    const asked = run.requests[request];
    return asked === undefined || form !== "text" ? null : walkLines(run, names, page, asked);
  },
  owners: ({ run, form, page }, names) => {
    const all = names.vips.map((vip) => timelineOf(run, vip, names));
    if (form === "text") return stacked(all.map((one) => timelineLines(one, page)));
    return form === "svg" ? all.map((one) => timelineSvg(one, page)).join("") : null;
  },
  topology: ({ run, form, page }, names) => {
    if (form === "text") return topologyLines(run, names, page);
    if (form === "mermaid") return topologyMermaid(run, names, page);
    return form === "svg" ? topologySvg(run, names, page) : null;
  },
  fairness: ({ run, form, page }) => {
    const all = fairnessOf(run);
    if (form === "text") return stacked(all.map((one) => fairnessLines(one, page)));
    return form === "svg" ? all.map((one) => fairnessSvg(one, page)).join("") : null;
  },
  disruption: ({ run, form, page }) => {
    const all = disruptionsOf(run);
    if (form === "text") return disruptionLines(all, page);
    return form === "svg" ? disruptionSvg(run, all, page) : null;
  },
  report: ({ run, form, page }) => (form === "html" ? htmlReport(run, page) : null),
};

export const viewNames = (): string[] => Object.keys(VIEWS);

/** The view; null when it has no such form, or the run nothing to show in it. */
export const viewOf = (name: string, asked: ViewRequest): Shown =>
  VIEWS[name]?.(asked, new Names(asked.run, asked.page)) ?? null;
