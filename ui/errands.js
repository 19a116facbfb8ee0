// What is clicked in an answer: its files, an opinion of it, its question asked again or mended. Nothing leaves the page
// but through the page's own events; texts are set as text and never become HTML.
(() => {
	"use strict";

	const make = (tag, properties = {}, ...children) => {
		const element = Object.assign(document.createElement(tag), properties);
		element.append(...children);
		return element;
	};
	// Gradio's hidden buttons carry errands out; what they are to do is told beside them.
	const send = (button, errand) => {
		window.caseErrand = JSON.stringify(errand);
		document.getElementById(button)?.click();
	};
	const tools = () => document.querySelector("#tools .tools")?.dataset ?? {};
	const backToBox = () => {
		if (matchMedia("(pointer: fine)").matches) document.querySelector("#question textarea")?.focus();
	};

	// A form in front of the page; `done` gets what was filled in and says whether the form may close.
	const ask = (title, parts, label, done) => {
		const form = make("form", { method: "dialog" });
		const cancel = make("button", { type: "button", textContent: "取消" });
		const heading = make("h2", { id: "form-title", textContent: title });
		form.append(heading, ...parts, make("p", { className: "buttons" }, make("button", { type: "submit", className: "main", textContent: label }), cancel));
		const dialog = make("dialog", { className: "form" }, form);
		dialog.setAttribute("aria-labelledby", "form-title");
		cancel.addEventListener("click", () => dialog.close());
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			if (done(new FormData(form)) === false) return;
			dialog.close();
		});
		dialog.addEventListener("close", () => dialog.remove());
		document.body.append(dialog);
		dialog.showModal();
		return dialog;
	};
	const choices = (legend, kind, name, options, chosen, hint = "") => {
		const set = make("fieldset", {}, make("legend", { textContent: legend }));
		for (const [value, text] of options) {
			const input = make("input", { type: kind, name, value, checked: chosen.includes(value) });
			set.append(make("label", {}, input, text));
		}
		if (hint) set.append(make("p", { className: "hint", textContent: hint }));
		return set;
	};

	const lastQuestion = () => [...document.querySelectorAll("#chat .user-row")].pop()?.innerText.trim() ?? "";
	const mend = (turn) => {
		const known = document.getElementById(`t-${turn}`)?.dataset.form;
		const told = known ? JSON.parse(known) : { question: lastQuestion() };
		const box = make("textarea", { name: "question", value: told.question, maxLength: 2000, rows: 3, required: true });
		const parts = [make("label", { className: "block" }, "问题", box)];
		const pairs = (values) => values.map((value) => [value, value]);
		if (told.intents) parts.push(choices("想知道什么", "radio", "intent", told.intents, [told.intent]));
		if (told.places?.length) parts.push(choices("地方", "checkbox", "places", pairs(told.places), told.places, "不勾选的地方不作为条件，也不按它查找"));
		if (told.terms?.length) parts.push(choices("正式说法", "checkbox", "terms", pairs(told.terms), told.terms, "不勾选的说法不用来查找"));
		ask("改一改再问", parts, "重新提问", (data) => {
			send("again", {
				turn,
				question: data.get("question"),
				...(told.intents ? { intent: data.get("intent"), places: data.getAll("places"), terms: data.getAll("terms") } : {}),
			});
			setTimeout(backToBox);
		});
	};

	const complain = (turn) => {
		const reasons = choices("哪里不好（可以多选）", "checkbox", "reasons", JSON.parse(tools().reasons), []);
		const note = make("textarea", { name: "note", maxLength: 1000, rows: 3 });
		const hint = make("p", { className: "hint", textContent: `评价连同问题、回答和出处写入运行本程序的电脑上的文件，不发往别处：${tools().feedback}` });
		const warning = make("p", { className: "warning", hidden: true, textContent: "请选一条原因，或者写一句" });
		warning.setAttribute("role", "alert");
		ask("这个回答没用", [reasons, make("label", { className: "block" }, "补充说明", note), warning, hint], "提交", (data) => {
			const told = { reasons: data.getAll("reasons"), note: data.get("note") };
			warning.hidden = Boolean(told.reasons.length || told.note.trim());
			if (!warning.hidden) return false;
			send("do", { do: "rate", turn, useful: false, ...told });
			return true;
		});
	};

	const ERRANDS = [
		[/^(docx|xlsx|csv|md)-(\d+)$/, ([, as, turn]) => send("do", { do: "export", as, turn: Number(turn) })],
		[/^good-(\d+)$/, ([, turn]) => send("do", { do: "rate", turn: Number(turn), useful: true })],
		[/^bad-(\d+)$/, ([, turn]) => complain(Number(turn))],
		[/^again-(\d+)$/, ([, turn]) => { send("again", { turn: Number(turn) }); backToBox(); }],
		[/^mend-(\d+)$/, ([, turn]) => mend(Number(turn))],
	];
	document.addEventListener("click", (event) => {
		const link = event.target instanceof Element ? event.target.closest('a[href*="#"]') : null;
		const anchor = link?.getAttribute("href").split("#").pop() ?? "";
		for (const [pattern, run] of ERRANDS) {
			const match = pattern.exec(anchor);
			if (!match) continue;
			event.preventDefault();
			event.stopPropagation();
			link.closest("details.files")?.removeAttribute("open");
			run(match);
			return;
		}
	}, true);
	// A menu closes when something else is clicked or Escape is pressed.
	document.addEventListener("click", (event) => {
		for (const menu of document.querySelectorAll("details.files[open]")) {
			if (!menu.contains(event.target)) menu.open = false;
		}
	});
	document.addEventListener("keydown", (event) => {
		const menu = event.key === "Escape" && document.querySelector("details.files[open]");
		if (!menu) return;
		menu.open = false;
		menu.querySelector("summary").focus();
	});
})();
