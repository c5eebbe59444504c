"""Makes roster.xls: a roster in the format of Excel before 2007. Needs xlwt; run it in this folder."""

import datetime

import xlwt

book = xlwt.Workbook(encoding="utf-8")
day = xlwt.easyxf(num_format_str="YYYY-MM-DD")

sheet = book.add_sheet("在孵企业")
sheet.write_merge(0, 0, 0, 5, "某园区在孵企业名单")
sheet.write_merge(2, 3, 0, 0, "企业名称")
sheet.write_merge(2, 2, 1, 2, "入驻")
sheet.write(3, 1, "日期")
sheet.write(3, 2, "房号")
sheet.write_merge(2, 3, 3, 3, "面积")
sheet.write_merge(2, 3, 4, 4, "毕业")
sheet.write_merge(2, 3, 5, 5, "单价")
sheet.write_merge(2, 3, 6, 6, "租金")
rows = [
    ("甲科技有限公司", datetime.date(2016, 3, 1), "101", 120, True),
    ("乙科技有限公司", datetime.date(2016, 4, 15), "102", 85.5, False),
]
for number, (name, entry, room, area, graduated) in enumerate(rows, 4):
    sheet.write(number, 0, name)
    sheet.write(number, 1, entry, day)
    sheet.write(number, 2, room)
    sheet.write(number, 3, area)
    sheet.write(number, 4, graduated)
    # Formulas are written without a result; the tests put one in.
    sheet.write(number, 6, xlwt.Formula(f"D{number + 1}*30"))
sheet.row(4).set_cell_error(5, 42)  # N/A
sheet.write(6, 0, "合计")
sheet.write(6, 3, xlwt.Formula("SUM(D5:D6)"))
sheet.write(7, 0, "注：面积以平方米计")

other = book.add_sheet("说明")
other.write(0, 0, "只是文字")

hidden = book.add_sheet("旧")
hidden.write(0, 0, "企业名称")
hidden.write(1, 0, "丙")
hidden.visibility = 1

book.save("roster.xls")
