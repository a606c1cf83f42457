import { formatListenAddress, isLoopback } from "../../config/listenAddress.ts";
import { loadSettings } from "../../config/load.ts";
import { readGoEnvironment } from "../../repo/goEnvironment.ts";
import { localHost } from "../../repo/goHost.ts";
import { clientForms, clientVariables, type ClientForm } from "../clientVariables.ts";
import { CommandError } from "../exitCode.ts";
import { originText } from "../print/goOrigin.ts";
import { printJson } from "../print/format.ts";

export interface ClientOptions {
  readonly config?: string;
  readonly url?: string;
  readonly json?: boolean;
}

export const clientExamples = `
Examples:
  eval "$(fairlead config client)"                     this shell
  fairlead config client docker --url http://gw:7300   lines for a Dockerfile
  fairlead config client gitlab >> .gitlab-ci.yml      variables of all jobs
  fairlead config client github                        env of a workflow

GOPRIVATE and GONOPROXY make the go command go past the gateway. They are emptied, and what
they held is written as the gateway's policy, in comments.`;

/** `fairlead config client`: what makes a go command use the gateway, all of it. */
export async function client(form: string | undefined, options: ClientOptions): Promise<void> {
  const wanted = clientForms.find((each) => each === (form ?? "shell"));
  if (wanted === undefined)
    throw new CommandError(`there is no form "${form}"; the forms are ${clientForms.join(", ")}`);
  const { url, notes } = gatewayUrl(options, wanted);
  const { variable } = await readGoEnvironment(localHost(process.env));
  const found = (["GOPRIVATE", "GONOPROXY", "GONOSUMDB"] as const)
    .map((name) => variable(name))
    .filter(({ value, origin }) => value !== "" && value !== "none" && origin.kind !== "derived");
  const patterns = found.map(({ name, value, origin }) => ({ name, value, from: originText(origin) }));
  const result = clientVariables(url, patterns, wanted);
  if (options.json === true) return printJson({ url, form: wanted, ...result, found: patterns, notes });
  process.stdout.write(result.text);
  for (const note of notes) console.error(`fairlead config client: ${note}`);
}

function gatewayUrl({ config, url }: ClientOptions, form: ClientForm): { url: string; notes: string[] } {
  if (url !== undefined) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || /[\s'"$`\\|,]/.test(url))
      throw new CommandError(`--url: ${JSON.stringify(url.slice(0, 200))} is not an http or https URL`);
    return { url: url.replace(/\/+$/, ""), notes: [] };
  }
  const { settings } = loadSettings({
    file: config,
    env: process.env,
    flags: {},
    cwd: process.cwd(),
    needs: ["gateway"],
  });
  const { listen } = settings.gateway;
  const address = formatListenAddress(listen.host === undefined ? { ...listen, host: "127.0.0.1" } : listen);
  const isElsewhere = form !== "shell" && (listen.host === undefined || isLoopback(listen));
  const notes = isElsewhere ? [`${address} is this machine alone; give --url with the address that clients reach`] : [];
  return { url: `http://${address}`, notes };
}
