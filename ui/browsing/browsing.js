// The pages of cases, changes and searches: forms that are sent as one fills them in, lists that come back as HTML made
// by the server, which escapes every text of a document.
(() => {
	"use strict";

	const AGAIN = 1000; // milliseconds before a library that is being prepared is asked again
	const TYPING = 250; // milliseconds without a key before what is typed is sent
	const LOST = "与程序的连接断了，正在重试。如果一直连不上，请确认程序还在运行，再刷新网页";

	const tabs = () => [...document.querySelectorAll('#pages [role="tab"]')];
	// Where the tabs do not fit, Gradio moves the last ones into a menu, where they have no id.
	const TITLES = { chat: "问答", cases: "案例", changes: "前后对比", search: "检索", documents: "材料" };
	const tabOf = (name) => document.getElementById(`page-${name}-button`)
		?? [...document.querySelectorAll(".overflow-dropdown button")].find((button) => button.textContent.trim() === TITLES[name]);
	const turnTo = (name) => tabOf(name)?.click();
	const current = () => /^page-(.+)-button$/.exec(tabs().find((tab) => tab.getAttribute("aria-selected") === "true")?.id ?? "")?.[1] ?? "chat";

	// New HTML; who stood on a button of the old one stands on the same button of the new.
	const fill = (box, html) => {
		const kept = box.contains(document.activeElement) ? document.activeElement.closest("[data-keep]")?.dataset.keep : null;
		box.innerHTML = html;
		if (!kept) return;
		const again = box.querySelector(`[data-keep="${kept}"]:not(:disabled)`) ?? box.querySelector(".pager button:not(:disabled)");
		again?.focus({ preventScroll: true });
	};
	const choose = (form, options) => {
		for (const [name, html] of Object.entries(options ?? {})) {
			const select = form.elements[name];
			if (select.dataset.shown !== html) select.innerHTML = html;
			select.dataset.shown = html;
			select.classList.toggle("chosen", select.value !== "");
		}
	};

	// What the pages share. `show` puts in what came; `state` goes to the server with the fields.
	const page = (element, { ask, show, state = {}, live = true }) => {
		const root = element.querySelector(".browsing");
		const form = root.querySelector("form");
		const said = root.querySelector(".told");
		let request = 0;
		let timer = 0;
		const say = (text, fault = false) => {
			if (said.textContent !== text) said.textContent = text;
			said.classList.toggle("fault", fault);
		};
		const query = () => ({ ...Object.fromEntries(new FormData(form)), ...state });
		const answer = async (work) => {
			try {
				return (await work()) ?? { waiting: LOST };
			} catch {
				return { waiting: LOST };
			}
		};
		const load = async () => {
			const mine = (request += 1);
			clearTimeout(timer);
			root.setAttribute("aria-busy", "true");
			const told = await answer(() => ask(query()));
			if (mine !== request) return; // a later one is on its way
			root.setAttribute("aria-busy", "false");
			if (told.waiting || told.again) timer = setTimeout(load, AGAIN);
			if (told.waiting) return say(told.waiting);
			if (told.fault) say(told.fault, true);
			else say(told.count);
			show(told, root);
			choose(form, told.options);
		};
		const anew = () => {
			state.page = 0;
			return load();
		};
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			anew();
		});
		if (live) {
			form.addEventListener("input", (event) => {
				clearTimeout(timer);
				if (!event.isComposing) timer = setTimeout(anew, event.target.matches("select") ? 0 : TYPING);
			});
			form.addEventListener("compositionend", () => {
				clearTimeout(timer);
				timer = setTimeout(anew, TYPING);
			});
			// Also when one comes back to the page: another library may answer by then.
			new IntersectionObserver((seen) => {
				if (seen.some((one) => one.isIntersecting)) load();
			}).observe(root);
		}
		root.addEventListener("click", (event) => {
			const button = event.target.closest("button");
			if (!button) return;
			const { page: number, clear, fill: field } = button.dataset;
			if (number !== undefined) {
				state.page = Number(number);
				load().then(() => root.querySelector(".results").scrollIntoView({ block: "nearest" }));
			} else if (clear !== undefined) {
				for (const one of form.elements) if ("value" in one) one.value = "";
				anew();
			} else if (field) {
				form.elements[field].value = button.dataset.value;
				anew();
			}
		});
		return { root, form, say, load, anew, query, answer };
	};

	const results = (told, root) => {
		fill(root.querySelector(".results"), told.list ?? "");
	};

	const changes = (element, server) => {
		const state = { page: 0, column: "", descending: false };
		const { root, say, query, answer, anew } = page(element, {
			ask: server.show,
			state,
			show: (told, where) => {
				if (told.fault) return;
				results(told, where);
				fill(where.querySelector(".drawn"), told.chart);
				fill(where.querySelector(".common"), told.common);
				where.querySelector(".offered").replaceChildren(); // a file of other rows
			},
		});
		root.addEventListener("click", async (event) => {
			const button = event.target.closest("button");
			const { sort, export: kind } = button?.dataset ?? {};
			if (sort) {
				state.descending = state.column === sort && !state.descending;
				state.column = sort;
				anew();
			} else if (kind) {
				button.disabled = true;
				const told = await answer(() => server.export({ ...query(), kind }));
				button.disabled = false;
				button.focus();
				if (told.offer) root.querySelector(".offered").innerHTML = told.offer;
				else say(told.fault ?? told.waiting, true);
			}
		});
	};

	const search = (element, server) => {
		const { root, form, say, load } = page(element, {
			ask: server.show,
			live: false,
			show: (told, where) => {
				results(told, where);
				fill(where.querySelector(".reading-of"), told.reading ?? "");
			},
		});
		say("输入问题后点“检索”：只列出找到的案例和各种查找办法的得分，不写回答。");
		form.elements.limit.addEventListener("change", () => {
			if (root.querySelector(".results").childElementCount) load();
		});
	};

	window.browsing = { AGAIN, tabOf, turnTo, current, page, results, changes, search };
})();
