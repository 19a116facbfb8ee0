// The page of cases, after browsing.js. Links "#case-<id>" anywhere on the page open a case, "#case-<id>~12-34" at these
// characters of its document.
(() => {
	"use strict";

	const { AGAIN, tabOf, turnTo, current, page, results } = window.browsing;
	const CASE = /#case-([^~#]+)(?:~(\d+)-(\d+))?$/;

	// A case that is to be opened as soon as its page is there.
	let wanted = null;
	let opener = null;
	const open = (target) => {
		wanted = target;
		turnTo("cases");
		opener?.();
	};
	const parse = (address) => {
		const match = CASE.exec(address);
		try {
			return match && { id: decodeURIComponent(match[1]), start: Number(match[2] ?? 0), end: Number(match[3] ?? 0) };
		} catch {
			return null; // no address of ours
		}
	};

	const cases = (element, server) => {
		let shown = "";
		const marked = (root) => {
			for (const link of root.querySelectorAll(".results [aria-current]")) link.removeAttribute("aria-current");
			if (shown) root.querySelector(`.results [data-case="${CSS.escape(shown)}"] h3 a`)?.setAttribute("aria-current", "true");
		};
		const { root, say, answer } = page(element, {
			ask: server.show,
			state: { page: 0 },
			show: (told, where) => {
				if (told.fault) return;
				results(told, where);
				marked(where);
			},
		});
		const reader = root.querySelector(".reader");
		const close = () => {
			reader.hidden = true;
			root.classList.remove("open");
			const link = root.querySelector(".results [aria-current]") ?? root.querySelector("form input");
			shown = "";
			link?.focus();
			marked(root);
		};
		const show = async () => {
			const target = wanted;
			if (!target) return;
			const told = await answer(() => server.open_case(target));
			if (target !== wanted) return;
			if (told.waiting) {
				say(told.waiting);
				setTimeout(show, AGAIN);
				return;
			}
			wanted = null;
			shown = told.fault ? "" : target.id;
			reader.hidden = false;
			root.classList.add("open");
			reader.innerHTML = '<p class="back"><button type="button" data-close>← 返回列表</button></p>';
			if (told.fault) reader.append(Object.assign(document.createElement("p"), { className: "empty", textContent: told.fault }));
			else reader.insertAdjacentHTML("beforeend", told.case);
			marked(root);
			reader.querySelector("article")?.focus({ preventScroll: true });
			reader.scrollTop = 0;
			const mark = reader.querySelector(".text mark");
			if (mark) mark.scrollIntoView({ block: "center" });
			else if (!matchMedia("(min-width: 860px)").matches) reader.scrollIntoView({ block: "start" });
		};
		reader.addEventListener("click", (event) => {
			if (event.target.closest("[data-close]")) back();
		});
		reader.addEventListener("keydown", (event) => {
			if (event.key === "Escape") back();
		});
		const back = () => {
			history.pushState({ tab: "cases" }, "", location.pathname + location.search);
			close();
		};
		addEventListener("popstate", () => {
			if (!reader.hidden && !parse(location.hash)) close();
		});
		opener = show;
		show();
	};

	window.browsing.cases = cases;

	// The old command, because over plain http from another machine there is no clipboard object.
	const copy = (button) => {
		document.addEventListener("copy", (event) => {
			event.clipboardData.setData("text/plain", button.dataset.copied);
			event.preventDefault();
			event.stopPropagation();
		}, { once: true, capture: true });
		const label = button.textContent;
		button.textContent = document.execCommand("copy") ? "已复制" : "浏览器不允许复制，请选中文字后按 Ctrl+C";
		setTimeout(() => { button.textContent = label; }, 2000);
	};
	const put = (question) => {
		turnTo("chat");
		const box = document.querySelector("#question textarea");
		if (!box) return;
		// Gradio listens to the event, not to the property.
		Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
		box.dispatchEvent(new Event("input", { bubbles: true }));
		setTimeout(() => box.focus(), 100); // once the tab is shown
	};

	document.addEventListener("click", (event) => {
		const on = event.target instanceof Element ? event.target : null;
		const link = on?.closest('a[href*="#case-"]');
		const target = link && parse(link.getAttribute("href"));
		if (target) {
			event.preventDefault();
			event.stopPropagation();
			history.replaceState({ tab: current() }, "");
			history.pushState({ tab: "cases" }, "", `#${link.getAttribute("href").split("#").pop()}`);
			open(target);
		}
		const button = on?.closest("button[data-ask], button[data-copied]");
		if (button?.dataset.ask) put(button.dataset.ask);
		else if (button) copy(button);
	}, true);
	addEventListener("popstate", (event) => {
		const target = parse(location.hash);
		if (target) open(target);
		else if (event.state?.tab) turnTo(event.state.tab);
	});
	// An address that somebody was sent. Gradio turns to its first tab once more while it starts.
	const sent = parse(location.hash);
	if (sent) {
		let until = 0;
		const hands = ["pointerdown", "keydown"];
		const release = () => {
			until = -1;
			for (const kind of hands) removeEventListener(kind, release, true);
		};
		for (const kind of hands) addEventListener(kind, release, true);
		const insist = () => {
			if (until < 0) return;
			if (until === 0 && tabOf("cases")) {
				until = Date.now() + 5000;
				wanted = sent;
				opener?.();
			}
			if (until && current() !== "cases") turnTo("cases");
			if (!until || Date.now() < until) setTimeout(insist, 100);
		};
		insist();
	}
})();
