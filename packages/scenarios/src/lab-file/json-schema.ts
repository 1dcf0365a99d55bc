/**
 * The form of lab files as JSON schema, for editors. A file that includes others need not hold what they bring, so that what a
 * lab must have is asked only of one that includes nothing, and of hosts and devices, which may be parts, never.
 */
import { z } from "zod";
import { labSchema } from "./schema.ts";

/** Where a lab varies, an amount may be a value of its own: `"{{rounds * 2}}"`. */
const VALUE = { type: "string", pattern: "^\\{\\{.+\\}\\}$" };

/** Numbers of the form, also those that are filled in. */
function withValues(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withValues);
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withValues(value)]),
  );
  return inner.type === "integer" ? { anyOf: [inner, VALUE] } : inner;
}

interface Form {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Form>>;
  readonly additionalProperties?: Form;
}

export function labJsonSchema(): object {
  const form = z.toJSONSchema(labSchema, { io: "input", target: "draft-2020-12" });
  const { required, ...schema } = withValues(form) as Form;
  const { properties = {} } = schema;
  const { required: _ofHost, ...host } = properties.hosts?.additionalProperties ?? {};
  const { required: _ofDevice, ...device } = host.properties?.devices?.additionalProperties ?? {};
  return {
    title: "lvsim lab file",
    ...schema,
    properties: {
      ...properties,
      hosts: {
        ...properties.hosts,
        additionalProperties: {
          ...host,
          properties: {
            ...host.properties,
            devices: { ...host.properties?.devices, additionalProperties: device },
          },
        },
      },
    },
    anyOf: [{ required: ["include"] }, { required }],
  };
}
