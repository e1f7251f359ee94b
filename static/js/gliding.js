/* Rows that change their places glide there; the others stand still. For those who ask for no motion they just are
   there. */

const GLIDES_FOR = 450;

/* Where the rows are, by their ids: to be asked before a change, and given to `glide` after it. */
export function places(within, selector) {
  const rows = [...within.querySelectorAll(selector)].filter((row) => row.id && row.getClientRects().length);
  return new Map(rows.map((row) => [row.id, row.getBoundingClientRect().top + window.scrollY]));
}

export function glide(before, within, selector) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const [id, top] of places(within, selector)) {
    const by = (before.get(id) ?? top) - top;
    if (Math.abs(by) < 1) continue;
    document.getElementById(id).animate(
      [{ transform: `translateY(${by}px)` }, { transform: "none" }],
      { duration: GLIDES_FOR, easing: "cubic-bezier(.2, .8, .2, 1)", id: "glide" },
    );
  }
}
