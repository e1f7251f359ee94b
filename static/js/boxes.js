/* <input type="checkbox" data-check-all="people"> ticks all boxes of that name, also in a list that came later. */

document.addEventListener("change", ({ target }) => {
  const name = target.dataset?.checkAll;
  if (name) document.querySelectorAll(`input[type="checkbox"][name="${name}"]`).forEach((box) => { box.checked = target.checked; });
});
