package anki
import ("testing";"context";"fmt";"path/filepath")
func TestX(t *testing.T){
 fs,_:=filepath.Glob("testdata/*pkg")
 for _,f:=range fs { c,err:=Read(context.Background(),f,func(string,int,int){}); if err!=nil{t.Error(err);continue}
 fmt.Printf("%s %+v\n", f, *c)}
}
