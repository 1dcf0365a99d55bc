/**
 * How values stand in snapshots: as an operator would see them. A request is its walk, a host its addresses and its table of
 * virtual services, a service its shares, a text that a tool printed itself.
 */
import { fairnessLines } from "@lvsim/scenarios";
import { TestHost } from "../lab/test-host.ts";
import { TestRequest } from "../lab/test-request.ts";
import { TestService } from "../lab/test-service.ts";
import { PAGE, plain } from "../text/page.ts";
import { Shown } from "../text/shown.ts";

/** As `expect.addSnapshotSerializer` takes it. */
export const serializer = {
  test: (value: unknown): boolean =>
    value instanceof Shown ||
    value instanceof TestRequest ||
    value instanceof TestHost ||
    value instanceof TestService,

  serialize: (value: unknown, _config: unknown, indentation: string): string =>
    textFor(value).replace(/\n(?=.)/g, `\n${indentation}`),
};

function textFor(value: unknown): string {
  if (value instanceof TestRequest) return `${value}\n${value.walk}`;
  if (value instanceof TestHost)
    return [value.addresses, ...value.tables].map(({ text }) => text).join("\n\n");
  if (value instanceof TestService)
    return value.shares === undefined ? "no connections" : plain(fairnessLines(value.shares, PAGE));
  return String(value);
}
