/* The plug-in: it finds exhibit_log in whoever has opened it. */
void exhibit_log(const char* text);
void part_work(void);

void part_work(void) {
    exhibit_log("at work");
}
