import { FairleadServer } from "./fairleadServer.ts";
import { freePort } from "./freePort.ts";
import { realUpstream } from "./goTools.ts";
import type { Lan } from "./lan.ts";
import { RecordedUpstream } from "./recordedUpstream.ts";

/** `fairlead up` where the containers and builds of a lan reach it, over the machine's own upstream, which is asked for everything once. */
export class LanGateway implements AsyncDisposable {
  /** For GOPROXY in a build. */
  readonly url: string;
  readonly server: FairleadServer;
  readonly #upstream: RecordedUpstream;

  static async start(lan: Lan): Promise<LanGateway> {
    const upstream = await RecordedUpstream.start({ upstream: realUpstream() });
    try {
      const port = await freePort();
      const args = ["--listen", `0.0.0.0:${port}`, "--insecure-open"];
      return new LanGateway(lan, upstream, await FairleadServer.start({ upstream: upstream.url, port, args }));
    } catch (error) {
      await upstream[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(lan: Lan, upstream: RecordedUpstream, server: FairleadServer) {
    this.url = `http://${lan.address}:${server.port}`;
    this.server = server;
    this.#upstream = upstream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#upstream[Symbol.asyncDispose]();
  }
}
