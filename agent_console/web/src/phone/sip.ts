/** The one module that knows JsSIP; loaded only by those who have a phone. */
import * as JsSIP from "jssip";
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent } from "jssip/lib/UA";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { PhoneCredential } from "../net/types";
import type { PhoneCall, PhoneProblem, PhoneStage } from "./phone";

export interface LineEvents {
  stage: (stage: PhoneStage, problem: PhoneProblem | null) => void;
  rings: (call: Pick<PhoneCall, "interaction" | "offer" | "consult" | "watch" | "from">, answersItself: "now" | "after_tone" | null) => void;
  /** The far side of a call of ours rings. */
  rung?: () => void;
  talks: () => void;
  ended: (cause: string) => void;
}

export interface Line {
  answer: () => void;
  hangUp: () => void;
  mute: (muted: boolean) => void;
  dtmf: (tone: string) => void;
  getStats: () => Promise<Record<string, unknown>[]>;
  /** Give up the registration but let a call run on until the far side ends it. */
  retire: () => void;
  close: () => void;
}

// One candidate of the local network is enough on a LAN; waiting for all of them costs 10 s and more behind a VPN.
const ICE_GATHERING_MS = 300;
const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

/** One SIP registration with at most one call on it. */
export class SipLine implements Line {
  #ua: JsSIP.UA;
  #events: LineEvents;
  #session: RTCSession | null = null;
  #audio = new Audio();
  #retired = false;
  readonly #identity: string[] = [];

  constructor(credential: PhoneCredential, events: LineEvents, { register = true, displayName = "" } = {}) {
    this.#events = events;
    // A quoted string of SIP: what would end it is left out.
    const name = displayName.replace(/[\p{Cc}"\\<>]/gu, "").trim();
    // Asterisk takes a caller's name from here (RFC 3325): it gives an endpoint made by ARI the caller id "unknown", which goes before From.
    if (name) this.#identity.push(`P-Asserted-Identity: "${name}" <${credential.uri}>`);
    this.#audio.autoplay = true;
    this.#ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(credential.ws_url)],
      uri: credential.uri,
      authorization_user: credential.user,
      password: credential.password,
      register,
      display_name: name,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
    });
    this.#listen(register);
    this.#ua.start();
  }

  answer(): void {
    this.#session?.answer(MEDIA);
  }

  /** Call out; only the Call us page does. */
  call(target: string, extraHeaders: string[]): void {
    this.#ua.call(target, { ...MEDIA, extraHeaders: [...this.#identity, ...extraHeaders] });
  }

  hangUp(): void {
    if (this.#session && !this.#session.isEnded()) this.#session.terminate();
  }

  mute(muted: boolean): void {
    if (muted) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
  }

  dtmf(tone: string): void {
    // RFC 4733 in the media stream: an INFO would need a dialplan that listens for it.
    this.#session?.sendDTMF(tone, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833 });
  }

  async getStats(): Promise<Record<string, unknown>[]> {
    const report = await this.#session?.connection?.getStats();
    return report ? [...report.values()].map((entry) => ({ ...entry })) : [];
  }

  retire(): void {
    this.#retired = true;
    if (this.#session) this.#ua.unregister();
    else this.#ua.stop();
  }

  close(): void {
    this.#retired = true;
    this.#ua.stop();
  }

  #listen(register: boolean): void {
    this.#ua.on("connected", () => {
      if (!register) this.#stage("registered", null);
    });
    this.#ua.on("registered", () => this.#stage("registered", null));
    this.#ua.on("unregistered", () => this.#stage("offline", null));
    this.#ua.on("disconnected", () => this.#stage("offline", "unreachable"));
    this.#ua.on("registrationFailed", ({ response }) => {
      const refused = response !== undefined && response !== null && response.status_code >= 400;
      this.#stage(refused ? "failed" : "offline", refused ? "rejected" : "unreachable");
    });
    this.#ua.on("newRTCSession", (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => this.#new(event));
  }

  #stage(stage: PhoneStage, problem: PhoneProblem | null): void {
    if (!this.#retired) this.#events.stage(stage, problem);
  }

  #new({ originator, request, session }: IncomingRTCSessionEvent | OutgoingRTCSessionEvent): void {
    const incoming = (originator as string) === "remote";
    if (this.#retired || this.#session) {
      if (incoming) session.terminate({ status_code: 486 });
      return;
    }
    this.#session = session;
    this.#follow(session);
    if (incoming) this.#ring(session, (name) => request.getHeader(name) ?? null);
  }

  #ring(session: RTCSession, header: (name: string) => string | null): void {
    const from = session.remote_identity;
    const watch = header("X-Trunkline-Watch") === "1";
    this.#events.rings(
      {
        interaction: header("X-Trunkline-Interaction"),
        offer: header("X-Trunkline-Offer"),
        consult: header("X-Trunkline-Consult") === "1",
        watch,
        from: from.display_name || from.uri.user,
      },
      watch || header("X-Trunkline-Reattach") === "1" ? "now" : header("X-Trunkline-Answer") === "1" ? "after_tone" : null, // the first: they have just asked for it
    );
  }

  #follow(session: RTCSession): void {
    let cut: ReturnType<typeof setTimeout> | undefined;
    session.on("icecandidate", ({ ready }) => (cut ??= setTimeout(ready, ICE_GATHERING_MS)));
    session.on("peerconnection", ({ peerconnection }) => this.#play(peerconnection));
    if (session.connection) this.#play(session.connection);
    session.on("progress", () => this.#events.rung?.());
    session.on("confirmed", () => this.#events.talks());
    session.on("ended", ({ cause }) => this.#over(session, cause));
    session.on("failed", ({ cause }) => this.#over(session, cause));
  }

  #play(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ streams, track }) => {
      this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
      void this.#audio.play().catch(() => undefined); // autoplay refused: the microphone in use lifts it at once
    });
  }

  #over(session: RTCSession, cause: string): void {
    if (session !== this.#session) return;
    this.#session = null;
    this.#audio.srcObject = null;
    if (this.#retired) this.#ua.stop();
    else this.#events.ended(cause);
  }
}
