// Tables in answers: a click on a column's head sorts its rows; the box that scrolls can be reached by keyboard.
(() => {
	"use strict";

	const NUMERALS = "一二三四五六七八九十";
	const AT_ONCE = /立等|即来即办|即办|即时|当场|现场|秒/;
	const DIFFERENCE = /^(?:平均|累计|再)?(?:缩短|减少|压缩|压减|精简|下降|降低|节省|提高|增加)/; // compares with no state
	const NUMBER = "(\\d+(?:\\.\\d+)?|半|[一二两三四五六七八九十])";
	const TIME = new RegExp(`${NUMBER}(?:\\s*[-—–~～至到]+\\s*[\\d.]+)?\\s*个?(工作日|分钟|小时|天|日|周|个?月|年)`);
	// Five working days are taken for seven days, as elsewhere in the program; a note in the answer says that it is rough.
	const MINUTES = { 分钟: 1, 小时: 60, 工作日: 2016, 天: 1440, 日: 1440, 周: 10080, 月: 43200, 年: 525600 };
	const LONGEST = 24; // characters of a cell that is looked at as a value; a column of sentences has no order

	const value = (numeral) => {
		if (numeral === "半") return 0.5;
		if (numeral === "两") return 2;
		const place = NUMERALS.indexOf(numeral);
		return place < 0 ? Number(numeral) : place + 1;
	};
	const ordinal = (text) => {
		const match = /^([一二三四五六七八九])?(十)?([一二三四五六七八九])?$/.exec(text);
		if (!match || !text) return null;
		if (!match[2]) return text.length === 1 ? value(text) : null;
		return 10 * (match[1] ? value(match[1]) : 1) + (match[3] ? value(match[3]) : 0);
	};
	const shown = (cell) => (cell?.textContent ?? "").replace(/\[\d+\]/g, "").trim();

	const amount = (text) => {
		const time = TIME.exec(text);
		if (time) return value(time[1]) * (MINUTES[time[2]] ?? MINUTES[time[2].slice(-1)]);
		const number = /\d+(?:\.\d+)?/.exec(text);
		return number ? Number(number[0]) : AT_ONCE.test(text) ? 0 : null;
	};
	// [kind, number, text]: times and numbers, then differences, then words; empty cells are always last.
	const EMPTY = 3;
	const key = (text) => {
		if (!text || text === "—") return [EMPTY, 0, ""];
		const number = ordinal(text) ?? amount(text);
		if (number === null) return [2, 0, text];
		return [DIFFERENCE.test(text) ? 1 : 0, number, text];
	};
	const compare = (one, other, direction) => {
		if (one[0] === EMPTY || other[0] === EMPTY) return one[0] - other[0];
		return direction * (one[0] - other[0] || one[1] - other[1] || one[2].localeCompare(other[2], "zh-CN"));
	};

	const sort = (table, head, column) => {
		const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
		for (const other of table.querySelectorAll("th[aria-sort]")) other.setAttribute("aria-sort", "none");
		head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
		const body = table.tBodies[0];
		const rows = [...body.rows].map((row) => ({ row, key: key(shown(row.cells[column])) }));
		rows.sort((one, other) => compare(one.key, other.key, direction)); // keeps the order of equal rows
		body.append(...rows.map(({ row }) => row));
	};

	// A sentence that stands before empty cells alone takes their room.
	const widen = (row) => {
		const cells = [...row.cells];
		let last = cells.length - 1;
		while (last > 0 && shown(cells[last]) === "—") last -= 1;
		if (shown(cells[last]).length <= LONGEST) return;
		cells[last].colSpan = cells.length - last;
		for (const cell of cells.slice(last + 1)) cell.remove();
	};

	const prepare = (box) => {
		box.setAttribute("role", "region");
		box.setAttribute("aria-label", "表格，可以左右滚动");
		box.tabIndex = 0;
		const table = box.querySelector("table");
		const rows = [...(table?.tBodies[0]?.rows ?? [])];
		rows.forEach(widen);
		[...(table?.tHead?.rows[0]?.cells ?? [])].forEach((head, column) => {
			const long = rows.filter((row) => shown(row.cells[column]).length > LONGEST).length;
			head.scope = "col";
			if (rows.length < 2 || long > rows.length / 2) return;
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = head.textContent;
			button.title = "点击排序";
			button.addEventListener("click", () => sort(table, head, column));
			head.replaceChildren(button);
			head.setAttribute("aria-sort", "none");
		});
	};

	new MutationObserver(() => {
		for (const box of document.querySelectorAll("#chat div.table:not([role])")) prepare(box);
	}).observe(document, { subtree: true, childList: true });
})();
