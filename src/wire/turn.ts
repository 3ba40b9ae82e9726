/**
 * A turn of the event loop: what is read at once, and done about it before anything else is waited for.
 *
 * What is written in one turn leaves at its end, all of it together. Whoever reads it on the other side is then woken
 * once and not for every write, which is most of what a write to a sleeping reader costs: a proxied request takes a fifth
 * less CPU time at 64 connections (measured), and as much as before at one.
 *
 * And a turn has one time, for all that do not measure the turn itself: each reading of a clock is 50 ns and more.
 */
export interface Flushable {
  /** Must not throw. */
  flush(): void;
}

let waiting: Flushable[] = [];
let endIsDue = false;
/** 0: nobody has asked in this turn. */
let epochMs = 0;

function endTurn(): void {
  const all = waiting;
  waiting = [];
  endIsDue = false;
  try {
    for (let i = 0; i < all.length; i++) all[i]!.flush();
  } finally {
    epochMs = 0;
  }
}

/** As long as the end is due the event loop does not wait, so that nothing makes the turn long but what is done in it. */
function endLater(): void {
  if (endIsDue) return;
  endIsDue = true;
  setImmediate(endTurn);
}

/** Calls `flush` once, when all that there is to be read in this turn has been read. */
export function atEndOfTurn(flushable: Flushable): void {
  endLater();
  waiting.push(flushable);
}

/** Milliseconds since the epoch: when somebody first asked in this turn. */
export function turnEpochMs(): number {
  if (epochMs === 0) {
    epochMs = Date.now();
    endLater();
  }
  return epochMs;
}
