/* The one way in which pages learn of news: they ask, with the tag of what they have.
   It rests while nobody looks, asks less often while the server is away, and asks at once when somebody looks again.
   Why asking, and not a stream: docs/live.md. */

const SPREAD = 0.25;

export class Poll {
  /* `ask` does it once and throws where it failed; `tell` hears how often it has failed by now; `until` ends it.
     `hiddenEvery` says how often it asks while nobody looks, 0 for not at all.
     Whoever calls `now` while it asks is given another answer right after that one. */
  constructor({ every, longest, ask, tell = () => {}, until = () => false, hiddenEvery = () => 0 }) {
    Object.assign(this, { every, longest, ask, tell, until, hiddenEvery, failures: 0, asking: false, again: false, timer: 0 });
    this.now = this.now.bind(this);
  }

  start() {
    document.addEventListener("visibilitychange", this.now);
    for (const name of ["online", "pageshow"]) window.addEventListener(name, this.now);
    this.later();
  }

  later() {
    const every = document.hidden ? this.hiddenEvery() : this.every;
    const wait = this.failures ? Math.min(every * 2 ** this.failures, Math.max(this.longest, every)) : every;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.now, this.failures ? wait * (1 - SPREAD + 2 * SPREAD * Math.random()) : wait);
  }

  async now() {
    clearTimeout(this.timer);
    this.again = this.asking;
    if (this.asking || this.until() || (document.hidden && !this.hiddenEvery())) return;
    this.asking = true;
    try {
      await this.ask();
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    this.asking = false;
    this.tell(this.failures);
    if (this.until()) return;
    if (this.again) this.now();
    else this.later();
  }
}
