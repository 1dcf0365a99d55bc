/** Matchers about sharing: of a service of a lab, or of a report about any choices at all. */
import {
  type Disruption,
  type DisruptionReport,
  disruptionLines,
  type Fairness,
  fairnessLines,
  type ShareReport,
} from "@lvsim/scenarios";
import { TestService } from "../lab/test-service.ts";
import { shareText } from "../reports/reports.ts";
import { PAGE, plain } from "../text/page.ts";
import { seedOf, type Verdict, verdict, wrongSubject } from "./verdict.ts";

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

const isReport = <Report>(value: unknown, key: keyof Report & string): value is Report =>
  typeof value === "object" && value !== null && key in value;

const shareTable = (report: ShareReport<unknown>): string =>
  isReport<Fairness>(report, "director")
    ? plain(fairnessLines(report, PAGE))
    : shareText(report).text;

/** No server's share strays further from what its weight says, in parts of one (0.02 is two percent of all choices). */
export function toBeFairWithin(received: unknown, deviation: number): Verdict {
  const service = received instanceof TestService ? received : null;
  const report = service === null ? received : service.shares;
  const subject = service?.toString() ?? "choices";
  if (service !== null && report === undefined)
    return verdict({
      pass: false,
      subject,
      wanted: `to be fair within ${percent(deviation)}`,
      found: "it had no connection to schedule",
      evidence: () => [],
    });
  if (!isReport<ShareReport<unknown>>(report, "jain"))
    return wrongSubject("toBeFairWithin", "a service or a share report", received);
  const worst = [...report.servers].sort(
    (a, b) => Math.abs(b.share - b.due) - Math.abs(a.share - a.due),
  )[0];
  return verdict({
    pass: report.deviation <= deviation,
    subject,
    wanted: `to be fair within ${percent(deviation)}`,
    found:
      worst === undefined
        ? "there are no servers"
        : `${String(worst.server)} had ${percent(worst.share)} where ${percent(worst.due)} was due`,
    evidence: () => [shareTable(report)],
    ...(service === null ? {} : seedOf(service.run)),
  });
}

const movedPart = ({ clients, moved }: DisruptionReport): number =>
  clients === 0 ? 0 : moved / clients;

const movedText = (one: DisruptionReport): string =>
  `${one.moved} of ${one.clients} clients moved (${percent(movedPart(one))})`;

/** No change moves a greater part of the clients to another server, in parts of one. */
export function toDisruptAtMost(received: unknown, part: number): Verdict {
  const service = received instanceof TestService ? received : null;
  if (service === null && !isReport<DisruptionReport>(received, "needless"))
    return wrongSubject("toDisruptAtMost", "a service or a disruption report", received);
  const all: readonly DisruptionReport[] =
    service === null ? [received as DisruptionReport] : service.disruptions;
  const worst = [...all].sort((a, b) => movedPart(b) - movedPart(a))[0];
  const found = worst === undefined ? "nothing was changed" : movedText(worst);
  const needless = worst?.needless ?? 0;
  return verdict({
    pass: worst !== undefined && movedPart(worst) <= part,
    subject: service === null ? "the change" : `changes of ${service}`,
    wanted: `to disrupt at most ${percent(part)} of the clients`,
    found: needless === 0 ? found : `${found}, ${needless} of them though their server remained`,
    evidence: () =>
      service === null ? [] : [plain(disruptionLines(all as readonly Disruption[], PAGE))],
    ...(service === null ? {} : seedOf(service.run)),
  });
}
