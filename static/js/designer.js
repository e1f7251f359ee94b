// Moves what is on a diploma by mouse, finger and arrow keys. Each move fills in that item's own form and sends it; the
// server answers with the page as the printer draws it.

const STEP = { plain: 1, shiftKey: 5, altKey: 0.1 } // millimetres
const NEAR = 1.2 // millimetres within which an edge jumps to a line
const WAIT = 350 // milliseconds after the last arrow key

let waiting = null

const designer = () => document.getElementById("designer")
const paper = () => document.getElementById("printed-page")
const handle = (id) => document.getElementById(`handle-${id}`)
const card = (id) => document.getElementById(`item-${id}`)
const numbers = (one) => Object.fromEntries(["x", "y", "left", "top", "width", "height"].map((name) => [name, Number(one.dataset[name])]))
const millimetres = (side) => Number(paper().dataset[side === "x" ? "wide" : "high"])

function place(one, dx = 0, dy = 0) {
  const at = numbers(one)
  Object.assign(one.style, { left: `${at.left + dx}%`, top: `${at.top + dy}%`, width: `${at.width}%`, height: `${Math.max(at.height, 0.4)}%` })
}

function show() {
  if (!designer()) return
  for (const one of paper().querySelectorAll(".handle")) {
    one.hidden = false
    place(one)
  }
  choose(designer().dataset.chosen, { open: false })
}

function choose(id, { open = true } = {}) {
  for (const one of designer().querySelectorAll(".is-chosen")) one.classList.remove("is-chosen")
  if (!handle(id)) return
  designer().dataset.chosen = id
  handle(id).classList.add("is-chosen")
  card(id).classList.add("is-chosen")
  if (open) {
    for (const other of designer().querySelectorAll("[data-item][open]")) if (other.dataset.item !== id) other.open = false
    card(id).open = true
    if (matchMedia("(min-width: 60rem)").matches) card(id).scrollIntoView({ block: "nearest" })
  }
}

function send(id, x, y) {
  const form = card(id).querySelector("form")
  const kept = (value) => String(Math.round(Math.min(Math.max(value, 0), 100) * 1000) / 1000)
  form.elements.x.value = kept(x)
  form.elements.y.value = kept(y)
  form.requestSubmit()
}

// Where an edge or the middle of `one` comes near the page's middle or margins, or near those of another item.
function snapped(one, axis, moved) {
  const [start, size] = axis === "x" ? ["left", "width"] : ["top", "height"]
  const at = numbers(one)
  const lines = [0, 50, 100]
  for (const other of paper().querySelectorAll(".handle")) {
    if (other === one) continue
    const there = numbers(other)
    lines.push(there[start], there[start] + there[size] / 2, there[start] + there[size])
  }
  const own = [at[start] + at[size] / 2, at[start], at[start] + at[size]]
  let best = null
  for (const edge of own) {
    for (const line of lines) {
      const off = line - (edge + moved)
      if (Math.abs(off) * millimetres(axis) / 100 < NEAR && (!best || Math.abs(off) < Math.abs(best.off) - 1e-6)) best = { off, line }
    }
  }
  return best
}

function guide(axis, line) {
  const drawn = document.createElement("div")
  drawn.className = `guide guide--${axis}`
  drawn.style[axis === "x" ? "left" : "top"] = `${line}%`
  paper().append(drawn)
}

const clearGuides = () => paper()?.querySelectorAll(".guide").forEach((one) => one.remove())

function drag(event) {
  const one = event.target.closest(".handle")
  if (!one || event.button) return
  event.preventDefault()
  one.focus()
  choose(one.dataset.handle)
  const box = paper().getBoundingClientRect()
  const from = { x: event.clientX, y: event.clientY }
  let moved = { x: 0, y: 0 }
  one.setPointerCapture(event.pointerId)
  const move = (now) => {
    clearGuides()
    moved = { x: ((now.clientX - from.x) / box.width) * 100, y: ((now.clientY - from.y) / box.height) * 100 }
    if (Math.hypot(now.clientX - from.x, now.clientY - from.y) < 3) moved = { x: 0, y: 0 }
    else if (!now.altKey) {
      for (const axis of ["x", "y"]) {
        const found = snapped(one, axis, moved[axis])
        if (found) {
          moved[axis] += found.off
          guide(axis, found.line)
        }
      }
    }
    place(one, moved.x, moved.y)
  }
  const drop = () => {
    one.removeEventListener("pointermove", move)
    clearGuides()
    if (moved.x || moved.y) settle(one, moved.x, moved.y)
  }
  one.addEventListener("pointermove", move)
  one.addEventListener("lostpointercapture", drop, { once: true })
}

function settle(one, dx, dy) {
  const at = numbers(one)
  Object.assign(one.dataset, { x: at.x + dx, y: at.y + dy, left: at.left + dx, top: at.top + dy })
  place(one)
  send(one.dataset.handle, at.x + dx, at.y + dy)
}

function nudge(event, one) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
  const step = event.shiftKey ? STEP.shiftKey : event.altKey ? STEP.altKey : STEP.plain
  const at = numbers(one)
  const [dx, dy] = [(way[0] * step / millimetres("x")) * 100, (way[1] * step / millimetres("y")) * 100]
  Object.assign(one.dataset, { x: at.x + dx, y: at.y + dy, left: at.left + dx, top: at.top + dy })
  place(one)
  clearTimeout(waiting)
  waiting = setTimeout(() => send(one.dataset.handle, Number(one.dataset.x), Number(one.dataset.y)), WAIT)
}

function key(event) {
  if (!designer()) return
  const control = event.ctrlKey || event.metaKey
  const typing = event.target.closest("input, select, textarea")
  const one = event.target.closest?.(".handle")
  const press = (form) => {
    event.preventDefault()
    form?.requestSubmit()
  }
  if (control && !typing && event.key.toLowerCase() === "z") return press(designer().querySelector(event.shiftKey ? "[data-redo]" : "[data-undo]"))
  if (control && !typing && event.key.toLowerCase() === "y") return press(designer().querySelector("[data-redo]"))
  if (!one) return
  if (event.key.startsWith("Arrow")) {
    event.preventDefault()
    choose(one.dataset.handle)
    nudge(event, one)
  } else if (event.key === "Delete" || event.key === "Backspace") press(designer().querySelector(`[data-removal-of="${one.dataset.handle}"]`))
  else if (control && event.key.toLowerCase() === "d") press(designer().querySelector(`[data-copy-of="${one.dataset.handle}"]`))
}

document.addEventListener("pointerdown", drag)
document.addEventListener("keydown", key)
document.addEventListener("focusin", (event) => {
  const one = event.target.closest?.(".handle")
  if (one) choose(one.dataset.handle)
})
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-item][open]")) choose(event.target.dataset.item, { open: false })
}, true)
document.addEventListener("htmx:afterSwap", show)
show()
