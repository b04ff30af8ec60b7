/** The live link to one session: reconnects by itself, acknowledges frames once they are painted. */

import { decodeFrame, FrameData } from "./frame";
import { SUBPROTOCOL, type LiveEvent, type ViewerMessage } from "./protocol";

/** `refused` is final: the page is of another version, or the session is gone. */
export type LinkStatus = "connecting" | "open" | "lost" | "refused";

export interface LinkListener {
  received(event: LiveEvent, data: FrameData): void;
  changed(status: LinkStatus, sentence: string): void;
}

const WATCHDOG_MS = 30_000;
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** A hidden tab paints nothing; it acknowledges at this pace and so slows itself. */
const HIDDEN_ACK_MS = 1_000;
const FINAL_CLOSE_CODES: Readonly<Record<number, string>> = {
  1002: "This page is of another version than the server. Reload it.",
  4401: "You are not signed in.",
  4403: "You may not look at this session.",
  4404: "This session does not exist any more.",
};

/** Milliseconds to wait before the next attempt: full jitter over a doubling range. */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** attempt);
  return Math.max(SHORTEST_WAIT_MS, random() * longest);
}

/** Return the address of a session's link, from the page's own address. */
export function liveUrl(session: string, page: Location = location): string {
  const scheme = page.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${page.host}/api/v1/sessions/${encodeURIComponent(session)}/live`;
}

export class Connection {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private unpainted = 0;
  private closed = false;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: LinkListener,
  ) {
    this.open();
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
  }

  /** Send a message if the link is open, and say whether it was. */
  send(message: ViewerMessage): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Give the link up for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.socket?.close(1000);
  }

  private readonly hurry = (): void => {
    const waits = this.socket === null && !this.closed;
    if (!waits || document.visibilityState === "hidden") return;
    clearTimeout(this.retry);
    this.open();
  };

  private open(): void {
    this.listener.changed("connecting", "");
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.unpainted = 0;
    this.feedWatchdog();
    socket.onopen = () => this.listener.changed("open", "");
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket === socket) this.receive(message.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lose(event.code, event.reason);
    };
  }

  private receive(received: string | ArrayBuffer): void {
    this.attempt = 0;
    this.feedWatchdog();
    if (typeof received === "string") {
      this.listener.received(JSON.parse(received) as LiveEvent, FrameData.empty);
      return;
    }
    const { message, data } = decodeFrame<LiveEvent>(received);
    this.listener.received(message, data);
    if (message.type === "figure") this.acknowledgeWhenPainted();
  }

  private acknowledgeWhenPainted(): void {
    this.unpainted += 1;
    if (this.unpainted > 1) return;
    const acknowledge = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      if (this.unpainted > 0) this.send({ type: "ack", frames: this.unpainted });
      this.unpainted = 0;
    };
    const frame = requestAnimationFrame(acknowledge);
    const timer = setTimeout(acknowledge, HIDDEN_ACK_MS);
  }

  /** Browsers cannot see pings, and half-open sockets stay open: silence means that it is dead. */
  private feedWatchdog(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      const socket = this.socket;
      this.lose(4000, "");
      socket?.close(4000);
    }, WATCHDOG_MS);
  }

  private lose(code: number, reason: string): void {
    this.socket = null;
    clearTimeout(this.watchdog);
    if (this.closed) return;
    const sentence = FINAL_CLOSE_CODES[code];
    if (sentence !== undefined) {
      this.listener.changed("refused", reason || sentence);
      return;
    }
    this.listener.changed("lost", reason);
    this.retry = setTimeout(() => this.open(), waitBefore(this.attempt++));
  }
}
